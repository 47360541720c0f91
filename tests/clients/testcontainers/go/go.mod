module example.com/test

go 1.19

require (
	example.com/ledgersim v0.0.0
	example.com/ledgersim/ledgersimcontainer v0.0.0
	github.com/testcontainers/testcontainers-go v0.45.0
)

replace (
	example.com/ledgersim => ../../../../clients/go
	example.com/ledgersim/ledgersimcontainer => ../../../../clients/go/ledgersimcontainer
	github.com/testcontainers/testcontainers-go => ./testcontainers
)
