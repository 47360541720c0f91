package org.testcontainers.containers.wait.strategy;

public record Wait(String path, int port) {
    public static Wait forHttp(String path) {
        return new Wait(path, 0);
    }

    public Wait forPort(int port) {
        return new Wait(path, port);
    }
}
