"""Commands for operators and developers; they must hold no rule of the product."""
