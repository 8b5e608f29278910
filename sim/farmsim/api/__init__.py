"""The Python interface behind `import farmsim`: the same runs and numbers as the command line, as values."""
