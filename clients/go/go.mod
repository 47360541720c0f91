module example.com/ledgersim

go 1.19
