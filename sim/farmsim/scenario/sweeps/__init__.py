"""The sweep file: what it may say, how it is read, and the points that it means."""
