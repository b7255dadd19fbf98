# One image for every process of docker-compose.yml. It needs no network to start, no root, and writes nothing but
# /tmp and /var/lib/arbitrage.
FROM python:3.11.15-slim-bookworm AS packages
WORKDIR /build
COPY requirements.txt .
# Every package by the hashes of the lock, none compiled here; pip stays behind in this stage.
RUN python -m venv --without-pip /opt/arbitrage \
    && pip --python /opt/arbitrage/bin/python install --no-cache-dir --no-compile --no-deps --only-binary :all: \
       --require-hashes --requirement requirements.txt

FROM python:3.11.15-slim-bookworm
ENV PATH=/opt/arbitrage/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=arbitrage_site.settings \
    VAR_DIR=/var/lib/arbitrage \
    STATIC_DIR=/opt/static \
    WEB_BIND=0.0.0.0:8000
COPY --from=packages /opt/arbitrage /opt/arbitrage
WORKDIR /app
COPY . .
# Compiled here, because a read-only root has no place for it later; and static files are the same for everyone.
RUN python -m compileall -q /opt/arbitrage/lib /app \
    && VAR_DIR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -r /tmp/build \
    && install -d -o 10001 -g 10001 -m 0700 /var/lib/arbitrage
USER 10001:10001
VOLUME /var/lib/arbitrage
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s --start-interval=2s --retries=3 \
    CMD ["python", "-m", "arbitrage_site.probe"]
CMD ["gunicorn", "arbitrage_site.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", \
     "--threads", "8", "--no-control-socket", "--access-logfile", "/dev/null", "--log-level", "warning"]
