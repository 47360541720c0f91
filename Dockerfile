FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv --without-pip /opt/ledgersim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/run.txt requirements/run.txt
RUN pip --python /opt/ledgersim/bin/python install --no-deps --require-hashes --requirement requirements/run.txt
COPY . .
RUN pip --python /opt/ledgersim/bin/python install --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --create-home --uid 10001 ledgersim && install --directory --owner ledgersim /data
COPY --from=build /opt/ledgersim /opt/ledgersim
ENV PATH="/opt/ledgersim/bin:$PATH" LEDGERSIM_HOST=0.0.0.0
USER ledgersim
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=30s CMD ["ledgersim", "health"]
ENTRYPOINT ["ledgersim"]
CMD ["serve"]
