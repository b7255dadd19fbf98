# Not for use: hadolint must dislike this one.
FROM python
RUN cd /tmp && pip install django
