// Package ledgersimcontainer starts the simulator in a container of testcontainers-go.
package ledgersimcontainer

import (
	"context"
	"strings"

	"example.com/ledgersim"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// Image is the image of the same version as this package.
const Image = "ghcr.io/ledgersim/ledgersim:0.1.0"

const (
	port     = "8080/tcp"
	fixtures = "/fixtures.yaml"
	token    = "LEDGERSIM_ADMIN_TOKEN"
)

// Container is a running simulator. The embedded Server is the client of its admin API: Space creates a world of its own.
type Container struct {
	testcontainers.Container
	*ledgersim.Server
}

// Run starts a container and waits until it is ready. Terminate it at the end, also after an error.
func Run(ctx context.Context, image string, options ...testcontainers.ContainerCustomizer) (*Container, error) {
	all := append([]testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_sim/health/ready").WithPort(port)),
	}, options...)
	started, err := testcontainers.Run(ctx, image, all...)
	if started == nil {
		return nil, err
	}
	container := &Container{started, &ledgersim.Server{}}
	if err != nil {
		return container, err
	}
	if container.URL, err = started.PortEndpoint(ctx, port, "http"); err != nil {
		return container, err
	}
	inspected, err := started.Inspect(ctx)
	if err != nil {
		return container, err
	}
	for _, variable := range inspected.Config.Env {
		if strings.HasPrefix(variable, token+"=") {
			container.Token = strings.TrimPrefix(variable, token+"=")
		}
	}
	return container, nil
}

// WithSetting is a setting of `ledgersim serve`, such as WithSetting("auth", "strict").
func WithSetting(name, value string) testcontainers.CustomizeRequestOption {
	variable := "LEDGERSIM_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	return testcontainers.WithEnv(map[string]string{variable: value})
}

// WithFixtures is a file with your own data, which every space has.
func WithFixtures(file string) testcontainers.CustomizeRequestOption {
	return func(request *testcontainers.GenericContainerRequest) error {
		copied := testcontainers.ContainerFile{HostFilePath: file, ContainerFilePath: fixtures, FileMode: 0o644}
		if err := testcontainers.WithFiles(copied)(request); err != nil {
			return err
		}
		return WithSetting("fixtures", fixtures)(request)
	}
}

// WithClock is the date at which the clocks of all spaces start, such as 2026-03-01.
func WithClock(date string) testcontainers.CustomizeRequestOption {
	return WithSetting("as-of", date)
}

// Aptic is the base address of Aptic in a space, or in the default space if the name is empty.
func (c *Container) Aptic(space string) string {
	if space == "" {
		return c.URL + "/APIGW"
	}
	return c.URL + "/s/" + space + "/APIGW"
}
