"""What all widgets share: the base class and its settings, pictures and numbers in Python; elements, controls, charts and styles in the browser."""
