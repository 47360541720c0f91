"""The pages that the server shows in a browser: where to begin, the API reference, the admin API's routes."""
