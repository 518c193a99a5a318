"""What people see: the templates and the style sheet of the pages."""
