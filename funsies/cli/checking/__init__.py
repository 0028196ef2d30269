"""What ``funsies check`` does: mypy with the plugin of funsies, on files as they are."""
