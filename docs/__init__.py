"""The pages for readers, and what generates the reference parts of them."""
