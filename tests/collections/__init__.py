"""Collections of requests for Bruno, Postman and editors (`.http`), made from the OpenAPI documents."""
