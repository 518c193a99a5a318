"""How the graph is reached: SPARQL, REST, linked data and pages, over HTTP."""
