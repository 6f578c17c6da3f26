"""One module per page; each has `render(page)`. What a page shows is asked for in `dashboard/queries`."""
