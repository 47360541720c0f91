module example.com/ledgersim/ledgersimcontainer

go 1.19

require (
	example.com/ledgersim v0.0.0
	github.com/testcontainers/testcontainers-go v0.45.0
)

replace example.com/ledgersim => ../
