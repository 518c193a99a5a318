"""The grammar of SPARQL 1.1 Query and Update, and the table by which a text is read.

`GRAMMAR` is [SPARQL 1.1 §19.8](https://www.w3.org/TR/sparql11-query/#sparqlGrammar) in its own
notation. The grammar is LL(1): which production applies is known from the next token. It differs
from the page in three ways that change no text's reading: numbers and strings are terminals, the
built-in functions that take any list of expressions are one production, and `INSERT DATA` and its
siblings are told from `INSERT` by the tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, TypeAlias

GRAMMAR: Final = r"""
QueryUnit ::= Prologue ( SelectQuery | ConstructQuery | DescribeQuery | AskQuery ) ValuesClause END
UpdateUnit ::= Update END
Prologue ::= ( BaseDecl | PrefixDecl )*
BaseDecl ::= 'BASE' IRIREF
PrefixDecl ::= 'PREFIX' PNAME_NS IRIREF
SelectQuery ::= SelectClause DatasetClause* WhereClause SolutionModifier
SubSelect ::= SelectClause WhereClause SolutionModifier ValuesClause
SelectClause ::= 'SELECT' ( 'DISTINCT' | 'REDUCED' )? ( ( Var | Projection )+ | '*' )
Projection ::= '(' Expression 'AS' Var ')'
ConstructQuery ::= 'CONSTRUCT' ( ConstructTemplate DatasetClause* WhereClause SolutionModifier
    | DatasetClause* 'WHERE' '{' TriplesTemplate? '}' SolutionModifier )
DescribeQuery ::= 'DESCRIBE' ( VarOrIri+ | '*' ) DatasetClause* WhereClause? SolutionModifier
AskQuery ::= 'ASK' DatasetClause* WhereClause SolutionModifier
DatasetClause ::= 'FROM' ( DefaultGraphClause | NamedGraphClause )
DefaultGraphClause ::= SourceSelector
NamedGraphClause ::= 'NAMED' SourceSelector
SourceSelector ::= iri
WhereClause ::= 'WHERE'? GroupGraphPattern
SolutionModifier ::= GroupClause? HavingClause? OrderClause? LimitOffsetClauses?
GroupClause ::= 'GROUP' 'BY' GroupCondition+
GroupCondition ::= BuiltInCall | FunctionCall | '(' Expression ( 'AS' Var )? ')' | Var
HavingClause ::= 'HAVING' HavingCondition+
HavingCondition ::= Constraint
OrderClause ::= 'ORDER' 'BY' OrderCondition+
OrderCondition ::= ( 'ASC' | 'DESC' ) BrackettedExpression | Constraint | Var
LimitOffsetClauses ::= LimitClause OffsetClause? | OffsetClause LimitClause?
LimitClause ::= 'LIMIT' INTEGER
OffsetClause ::= 'OFFSET' INTEGER
ValuesClause ::= ( 'VALUES' DataBlock )?
Update ::= Prologue ( Update1 ( ';' Update )? )?
Update1 ::= Load | Clear | Drop | Add | Move | Copy | Create | InsertData | DeleteData
    | DeleteWhere | Modify
Load ::= 'LOAD' 'SILENT'? iri ( 'INTO' GraphRef )?
Clear ::= 'CLEAR' 'SILENT'? GraphRefAll
Drop ::= 'DROP' 'SILENT'? GraphRefAll
Create ::= 'CREATE' 'SILENT'? GraphRef
Add ::= 'ADD' 'SILENT'? GraphOrDefault 'TO' GraphOrDefault
Move ::= 'MOVE' 'SILENT'? GraphOrDefault 'TO' GraphOrDefault
Copy ::= 'COPY' 'SILENT'? GraphOrDefault 'TO' GraphOrDefault
InsertData ::= 'INSERT DATA' 'DATA' QuadData
DeleteData ::= 'DELETE DATA' 'DATA' QuadData
DeleteWhere ::= 'DELETE WHERE' 'WHERE' QuadPattern
Modify ::= WithClause? ( DeleteClause InsertClause? | InsertClause ) UsingClause* 'WHERE'
    GroupGraphPattern
WithClause ::= 'WITH' iri
DeleteClause ::= 'DELETE' QuadPattern
InsertClause ::= 'INSERT' QuadPattern
UsingClause ::= 'USING' 'NAMED'? iri
GraphOrDefault ::= 'DEFAULT' | 'GRAPH'? iri
GraphRef ::= 'GRAPH' iri
GraphRefAll ::= GraphRef | 'DEFAULT' | 'NAMED' | 'ALL'
QuadPattern ::= '{' Quads '}'
QuadData ::= '{' Quads '}'
Quads ::= TriplesTemplate? ( QuadsNotTriples '.'? TriplesTemplate? )*
QuadsNotTriples ::= 'GRAPH' VarOrIri '{' TriplesTemplate? '}'
TriplesTemplate ::= TriplesSameSubject ( '.' TriplesTemplate? )?
GroupGraphPattern ::= '{' ( SubSelect | GroupGraphPatternSub ) '}'
GroupGraphPatternSub ::= TriplesBlock? ( GraphPatternNotTriples '.'? TriplesBlock? )*
TriplesBlock ::= TriplesSameSubjectPath ( '.' TriplesBlock? )?
GraphPatternNotTriples ::= GroupOrUnionGraphPattern | OptionalGraphPattern | MinusGraphPattern
    | GraphGraphPattern | ServiceGraphPattern | Filter | Bind | InlineData
OptionalGraphPattern ::= 'OPTIONAL' GroupGraphPattern
GraphGraphPattern ::= 'GRAPH' VarOrIri GroupGraphPattern
ServiceGraphPattern ::= 'SERVICE' 'SILENT'? VarOrIri GroupGraphPattern
Bind ::= 'BIND' '(' Expression 'AS' Var ')'
InlineData ::= 'VALUES' DataBlock
DataBlock ::= InlineDataOneVar | InlineDataFull
InlineDataOneVar ::= Var '{' DataBlockValue* '}'
InlineDataFull ::= ( NIL | VarList ) '{' ( DataRow | NIL )* '}'
VarList ::= '(' Var+ ')'
DataRow ::= '(' DataBlockValue+ ')'
DataBlockValue ::= iri | RDFLiteral | NumericLiteral | BooleanLiteral | 'UNDEF'
MinusGraphPattern ::= 'MINUS' GroupGraphPattern
GroupOrUnionGraphPattern ::= GroupGraphPattern ( 'UNION' GroupGraphPattern )*
Filter ::= 'FILTER' Constraint
Constraint ::= BrackettedExpression | BuiltInCall | FunctionCall
FunctionCall ::= iri ArgList
ArgList ::= NIL | '(' 'DISTINCT'? Expression ( ',' Expression )* ')'
ExpressionList ::= NIL | '(' Expression ( ',' Expression )* ')'
ConstructTemplate ::= '{' ConstructTriples? '}'
ConstructTriples ::= TriplesSameSubject ( '.' ConstructTriples? )?
TriplesSameSubject ::= VarOrTerm PropertyListNotEmpty | TriplesNode PropertyList
PropertyList ::= PropertyListNotEmpty?
PropertyListNotEmpty ::= Verb ObjectList ( ';' ( Verb ObjectList )? )*
Verb ::= VarOrIri | 'a'
ObjectList ::= Object ( ',' Object )*
Object ::= GraphNode
TriplesSameSubjectPath ::= VarOrTerm PropertyListPathNotEmpty | TriplesNodePath PropertyListPath
PropertyListPath ::= PropertyListPathNotEmpty?
PropertyListPathNotEmpty ::= ( VerbPath | VerbSimple ) ObjectListPath
    ( ';' ( ( VerbPath | VerbSimple ) ObjectListPath )? )*
VerbPath ::= Path
VerbSimple ::= Var
ObjectListPath ::= ObjectPath ( ',' ObjectPath )*
ObjectPath ::= GraphNodePath
Path ::= PathAlternative
PathAlternative ::= PathSequence ( '|' PathSequence )*
PathSequence ::= PathEltOrInverse ( '/' PathEltOrInverse )*
PathElt ::= PathPrimary PathMod?
PathEltOrInverse ::= PathElt | '^' PathElt
PathMod ::= '?' | '*' | '+'
PathPrimary ::= iri | 'a' | '!' PathNegatedPropertySet | '(' Path ')'
PathNegatedPropertySet ::= PathOneInPropertySet
    | '(' ( PathOneInPropertySet ( '|' PathOneInPropertySet )* )? ')' | NIL
PathOneInPropertySet ::= iri | 'a' | '^' ( iri | 'a' )
TriplesNode ::= Collection | BlankNodePropertyList
BlankNodePropertyList ::= '[' PropertyListNotEmpty ']'
TriplesNodePath ::= CollectionPath | BlankNodePropertyListPath
BlankNodePropertyListPath ::= '[' PropertyListPathNotEmpty ']'
Collection ::= '(' GraphNode+ ')'
CollectionPath ::= '(' GraphNodePath+ ')'
GraphNode ::= VarOrTerm | TriplesNode
GraphNodePath ::= VarOrTerm | TriplesNodePath
VarOrTerm ::= Var | GraphTerm
VarOrIri ::= Var | iri
Var ::= VAR
GraphTerm ::= iri | RDFLiteral | NumericLiteral | BooleanLiteral | BlankNode | NIL
Expression ::= ConditionalOrExpression
ConditionalOrExpression ::= ConditionalAndExpression ( '||' ConditionalAndExpression )*
ConditionalAndExpression ::= RelationalExpression ( '&&' RelationalExpression )*
RelationalExpression ::= AdditiveExpression ( ( '=' | '!=' | '<' | '>' | '<=' | '>=' )
    AdditiveExpression | 'IN' ExpressionList | 'NOT' 'IN' ExpressionList )?
AdditiveExpression ::= MultiplicativeExpression ( ( '+' | '-' ) MultiplicativeExpression
    | ( NumericLiteralPositive | NumericLiteralNegative )
      ( ( '*' | '/' ) UnaryExpression )* )*
MultiplicativeExpression ::= UnaryExpression ( ( '*' | '/' ) UnaryExpression )*
UnaryExpression ::= ( '!' | '+' | '-' )? PrimaryExpression
PrimaryExpression ::= BrackettedExpression | BuiltInCall | iriOrFunction | RDFLiteral
    | NumericLiteral | BooleanLiteral | Var
BrackettedExpression ::= '(' Expression ')'
BuiltInCall ::= Aggregate | FunctionName ExpressionList | 'BOUND' '(' Var ')'
    | ExistsFunc | NotExistsFunc
ExistsFunc ::= 'EXISTS' GroupGraphPattern
NotExistsFunc ::= 'NOT' 'EXISTS' GroupGraphPattern
Aggregate ::= 'COUNT' '(' 'DISTINCT'? ( '*' | Expression ) ')'
    | ( 'SUM' | 'MIN' | 'MAX' | 'AVG' | 'SAMPLE' ) '(' 'DISTINCT'? Expression ')'
    | 'GROUP_CONCAT' '(' 'DISTINCT'? Expression ( ';' 'SEPARATOR' '=' STRING )? ')'
iriOrFunction ::= iri ArgList?
RDFLiteral ::= STRING ( LANGTAG | '^^' iri )?
NumericLiteral ::= INTEGER | DECIMAL | DOUBLE | NumericLiteralPositive | NumericLiteralNegative
NumericLiteralPositive ::= INTEGER_POSITIVE | DECIMAL_POSITIVE | DOUBLE_POSITIVE
NumericLiteralNegative ::= INTEGER_NEGATIVE | DECIMAL_NEGATIVE | DOUBLE_NEGATIVE
BooleanLiteral ::= 'TRUE' | 'FALSE'
iri ::= IRIREF | PNAME_LN | PNAME_NS
BlankNode ::= BLANK_NODE_LABEL | ANON
"""

FUNCTIONS: Final = frozenset(
    """STR LANG LANGMATCHES DATATYPE IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT SUBSTR STRLEN
    REPLACE UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY
    HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF
    STRLANG STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC REGEX""".split()
)
"""The built-in functions; how many arguments each takes is left to the engine."""

Symbol: TypeAlias = "str | Rule"


class Rule:
    """A production, or a part of one that may repeat or be left out.

    `table` says for each kind of token with which symbols to go on (last first, as on a stack);
    `default` what to do with any other kind: an empty tuple where the rule can be nothing, None
    where the text is wrong. `visible` rules make a node of the tree.
    """

    __slots__ = ("default", "name", "table", "visible")

    def __init__(self, name: str, *, visible: bool) -> None:
        """Begin without alternatives."""
        self.name = name
        self.visible = visible
        self.table: dict[str, tuple[Symbol, ...]] = {}
        self.default: tuple[Symbol, ...] | None = None


def rules() -> dict[str, Rule]:
    """Return the productions of GRAMMAR by name, with their tables.

    Raises:
        ValueError: a table would have two productions for one token: the grammar is not LL(1).
    """
    functions = " | ".join(f"'{name}'" for name in sorted(FUNCTIONS))
    return _Reader(f"{GRAMMAR}FunctionName ::= {functions}\n").rules


_LEXEME: Final = re.compile(r"\s*(?:'([^']+)'|([A-Za-z0-9_]+)(\s*::=)?|([()|*+?]))")
_Alternatives: TypeAlias = list[list[Symbol]]


class _Reader:
    """Reads the notation, makes a rule of every group, and fills the tables."""

    def __init__(self, grammar: str) -> None:
        names = re.findall(r"^(\w+) ::=", grammar, re.MULTILINE)
        self.rules = {name: Rule(name, visible=True) for name in names}
        self._alternatives: dict[Rule, _Alternatives] = {}
        self._firsts: dict[Rule, tuple[frozenset[str], bool]] = {}
        for definition in re.split(r"\n(?=\w)", grammar.strip()):
            name, _, body = definition.partition("::=")
            lexemes = _LEXEME.finditer(body)
            self._alternatives[self.rules[name.strip()]] = self._read_alternatives(lexemes)
        for rule, alternatives in self._alternatives.items():
            for alternative in alternatives:
                self._enter(rule, alternative)

    def _read_alternatives(self, lexemes: Iterator[re.Match[str]]) -> _Alternatives:
        alternatives: _Alternatives = [[]]
        for lexeme in lexemes:
            literal, name, _, sign = lexeme.groups()
            current = alternatives[-1]
            if sign == ")":
                break
            if sign == "|":
                alternatives.append([])
            elif sign == "(":
                current.append(self._group(self._read_alternatives(lexemes)))
            elif sign:
                current[-1] = self._repeated(current[-1], sign)
            else:
                current.append(literal or self.rules.get(name, name))
        return alternatives

    def _group(self, alternatives: _Alternatives) -> Rule:
        rule = Rule("", visible=False)
        self._alternatives[rule] = alternatives
        return rule

    def _repeated(self, symbol: Symbol, sign: str) -> Rule:
        if sign == "?":
            return self._group([[symbol], []])
        more = Rule("", visible=False)
        self._alternatives[more] = [[symbol, more], []]
        return more if sign == "*" else self._group([[symbol, more]])

    def _enter(self, rule: Rule, alternative: list[Symbol]) -> None:
        kinds, can_be_nothing = self._first(alternative)
        production = tuple(reversed(alternative))
        for kind in kinds:
            if kind in rule.table:
                raise ValueError(f"two productions for {kind!r} in {rule.name or 'a group'}")
            rule.table[kind] = production
        if can_be_nothing:
            rule.default = production

    def _first(self, symbols: list[Symbol]) -> tuple[frozenset[str], bool]:
        """Return with which kinds of token the symbols can begin, and whether they can be none."""
        kinds: frozenset[str] = frozenset()
        for symbol in symbols:
            if isinstance(symbol, str):
                return kinds | {symbol}, False
            first, can_be_nothing = self._first_of(symbol)
            kinds |= first
            if not can_be_nothing:
                return kinds, False
        return kinds, True

    def _first_of(self, rule: Rule) -> tuple[frozenset[str], bool]:
        if rule not in self._firsts:
            parts = [self._first(alternative) for alternative in self._alternatives[rule]]
            kinds = frozenset().union(*(kinds for kinds, _ in parts))
            self._firsts[rule] = kinds, any(can_be_nothing for _, can_be_nothing in parts)
        return self._firsts[rule]
