"""Components: the patterns of the graph as classes; their instances are the YAML files of orchestration/defs."""
