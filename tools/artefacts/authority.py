"""A certificate authority for one test: the server's certificate, and those it signs for clients."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

_HOUR = timedelta(hours=1)


class Authority:
    """Signs for an hour. `certificate`: its own, PEM; the server shows it as its own as well."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test authority")])
        signed = self._signed(self._name, self._key.public_key(), authority=True)
        self.certificate = signed.public_bytes(serialization.Encoding.PEM).decode()
        key = self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (folder / "server.pem").write_bytes(key + self.certificate.encode())

    def sign(self, public_key: str) -> str:
        """A client's certificate for a public key; both PEM."""
        key = serialization.load_pem_public_key(public_key.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        client = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "client")])
        return self._signed(client, key, authority=False).public_bytes(serialization.Encoding.PEM).decode()

    def server_context(self) -> ssl.SSLContext:
        """TLS for a server that admits only clients with a certificate of ours."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "server.pem")
        context.load_verify_locations(cadata=self.certificate)
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    def _signed(self, subject: x509.Name, key: rsa.RSAPublicKey, *, authority: bool) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - _HOUR)
            .not_valid_after(now + _HOUR)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )
