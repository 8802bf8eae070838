"""What is drawn by code: trees and visible text, read back as a browser would read them."""
