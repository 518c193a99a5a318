from __future__ import annotations

import pytest

from graphstore import sparql_grammar
from graphstore.sparql_grammar import Rule, Symbol, rules


def reachable(grammar: dict[str, Rule]) -> set[Rule]:
    found, pending = set(), [grammar["QueryUnit"], grammar["UpdateUnit"]]
    while pending:
        rule = pending.pop()
        if rule in found:
            continue
        found.add(rule)
        productions = [*rule.table.values(), rule.default or ()]
        pending += [item for symbols in productions for item in symbols if isinstance(item, Rule)]
    return found


def starts(symbol: Symbol) -> set[str]:
    return {symbol} if isinstance(symbol, str) else set(symbol.table)


def follows(found: set[Rule]) -> dict[Rule, set[str]]:
    """Return what can follow each rule, worked out until nothing changes."""
    after: dict[Rule, set[str]] = {rule: set() for rule in found}
    changed = True
    while changed:
        before = sum(map(len, after.values()))
        for rule in found:
            for symbols in {*rule.table.values(), rule.default or ()}:
                coming = set(after[rule])
                for symbol in symbols:  # the last comes first
                    nothing = isinstance(symbol, Rule) and symbol.default is not None
                    if isinstance(symbol, Rule):
                        after[symbol] |= coming
                    coming = (coming if nothing else set()) | starts(symbol)
        changed = sum(map(len, after.values())) > before
    return after


def test_the_next_token_always_decides() -> None:
    found = reachable(rules())
    for rule, after in follows(found).items():
        if rule.default is not None:
            real = {kind for kind, symbols in rule.table.items() if symbols != rule.default}
            assert not real & after, rule.name


def test_every_production_is_used() -> None:
    grammar = rules()
    assert set(grammar.values()) <= reachable(grammar)


def test_a_grammar_that_needs_more_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_grammar, "GRAMMAR", "A ::= 'X' B | 'X'\nB ::= 'Y'\n")
    with pytest.raises(ValueError, match="two productions for 'X' in A"):
        rules()
