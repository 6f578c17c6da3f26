"""SQL of the pages, one function per question: a release and parameters in, a frame out. Parameters are bound."""
