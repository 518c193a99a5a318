"""The W3C test suites for SPARQL 1.1, run over HTTP against a real `dure serve --empty`.

`docs/conformance.md` says how to get the suites, how to run them and what deviates. The suites
themselves are not part of this repository; without them the tests that need them are skipped.
"""
