"""SM2 signatures over SM3 (GB/T 32918.2, GM/T 0003.2), computed by OpenSSL.

The signer's identity is the default one of GM/T 0009, 10; RFC 8998, 3.2.1 differs for TLS
alone. Signatures are DER (GM/T 0009, 7.3), public keys a SubjectPublicKeyInfo on the curve
1.2.156.10197.1.301. Each signature takes a fresh random number: signing the same bytes again
gives another one.
"""

from dataclasses import dataclass, field
from typing import Self

from server.documents.libcrypto import ROUNDS, SM2, CValue, expect, ffi, loaded, owned
from server.domain.suites import SM2_KEY

IDENTITY = b"1234567812345678"
SPKI_HEAD = SM2_KEY + b"\x04"
"""A public key's DER up to its two coordinates; other encodings of the point are refused."""

SPKI_SIZE = len(SPKI_HEAD) + 64
SM3 = b"SM3"
LONGEST = 80  # bytes: two INTEGERs of 33 in a SEQUENCE are 72


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A private key; it stays inside libcrypto."""

    _key: CValue = field(repr=False)

    @classmethod
    def made(cls) -> Self:
        """Return a fresh key. Raises NoSm2Error."""
        lib = loaded()
        context = owned(
            lib.EVP_PKEY_CTX_new_from_name(ffi.NULL, SM2, ffi.NULL), lib.EVP_PKEY_CTX_free
        )
        out = ffi.new("EVP_PKEY **")
        expect(lib.EVP_PKEY_keygen_init(context))
        expect(lib.EVP_PKEY_generate(context, out))
        return cls(owned(out[0], lib.EVP_PKEY_free))

    @classmethod
    def opened(cls, content: bytes, passphrase: bytes) -> Self:
        """Return the key in an encrypted PKCS#12; ValueError for any other content."""
        lib, null = loaded(), ffi.NULL
        held = owned(lib.d2i_PKCS12_bio(_memory(content), null), lib.PKCS12_free)
        out, beside = ffi.new("EVP_PKEY **"), ffi.new("X509 **")
        expect(lib.PKCS12_parse(held, ffi.new("char[]", passphrase), out, beside, null))
        lib.X509_free(beside[0])
        return cls(_sm2(owned(out[0], lib.EVP_PKEY_free)))

    @classmethod
    def opened_pem(cls, pem: bytes, passphrase: bytes) -> Self:
        """Return the key in PEM of an encrypted PKCS#8; ValueError for any other content."""
        lib, null = loaded(), ffi.NULL
        secret = ffi.new("char[]", passphrase)
        read = lib.PEM_read_bio_PrivateKey(_memory(pem), null, null, secret)
        return cls(_sm2(owned(read, lib.EVP_PKEY_free)))

    def closed(self, name: str, passphrase: bytes) -> bytes:
        """Return an encrypted PKCS#12 (RFC 7292) of the key alone, `name` its friendly name.

        AES-256 (PBES2, RFC 8018) and a MAC over SHA-256, as OpenSSL 3 writes it.
        """
        lib, null = loaded(), ffi.NULL
        secret, called = ffi.new("char[]", passphrase), ffi.new("char[]", name.encode())
        made = lib.PKCS12_create(secret, called, self._key, null, null, 0, 0, ROUNDS, ROUNDS, 0)
        bio = owned(lib.BIO_new(lib.BIO_s_mem()), lib.BIO_free)
        expect(lib.i2d_PKCS12_bio(bio, owned(made, lib.PKCS12_free)))
        out = ffi.new("char[]", lib.BIO_ctrl_pending(bio))
        lib.BIO_read(bio, out, len(out))
        return bytes(ffi.buffer(out))

    def sign(self, message: bytes) -> bytes:
        """Return the DER signature over `message`."""
        lib = loaded()
        context = _context(lib.EVP_DigestSignInit_ex, self._key)
        out, size = ffi.new("unsigned char[]", LONGEST), ffi.new("size_t *", LONGEST)
        expect(lib.EVP_DigestSign(context, out, size, message, len(message)))
        return bytes(ffi.buffer(out, size[0]))

    @property
    def public(self) -> bytes:
        """The public half as DER SubjectPublicKeyInfo."""
        lib = loaded()
        out = ffi.new("unsigned char **")
        size = lib.i2d_PUBKEY(self._key, ffi.NULL)
        held = ffi.new("unsigned char[]", size)
        out[0] = held
        lib.i2d_PUBKEY(self._key, out)
        return bytes(ffi.buffer(held))


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether the DER signature over `message` fits the DER SPKI. Raises NoSm2Error."""
    lib = loaded()
    try:
        context = _context(lib.EVP_DigestVerifyInit_ex, _loaded(public_key))
    except ValueError:
        return False
    done = lib.EVP_DigestVerify(context, signature, len(signature), message, len(message))
    lib.ERR_clear_error()
    return bool(done == 1)


def owns(public_key: bytes) -> bool:
    """Return whether a DER SPKI is a point of the curve's size, uncompressed."""
    return public_key.startswith(SPKI_HEAD) and len(public_key) == SPKI_SIZE


def _loaded(public_key: bytes) -> CValue:
    if not owns(public_key):
        raise ValueError("no key on SM2's curve")
    lib = loaded()
    held = ffi.from_buffer("unsigned char[]", public_key)
    start = ffi.new("const unsigned char **", held)
    return owned(lib.d2i_PUBKEY(ffi.NULL, start, len(public_key)), lib.EVP_PKEY_free)


def _memory(content: bytes) -> CValue:
    """Return a BIO that reads `content`, which must outlive it."""
    lib = loaded()
    return owned(lib.BIO_new_mem_buf(ffi.from_buffer(content), len(content)), lib.BIO_free)


def _sm2(key: CValue) -> CValue:
    expect(loaded().EVP_PKEY_is_a(key, SM2))
    return key


def _context(begin: CValue, key: CValue) -> CValue:
    lib = loaded()
    context = owned(lib.EVP_MD_CTX_new(), lib.EVP_MD_CTX_free)
    inner, null = ffi.new("EVP_PKEY_CTX **"), ffi.NULL
    expect(begin(context, inner, SM3, null, null, key, null))
    expect(lib.EVP_PKEY_CTX_set1_id(inner[0], IDENTITY, len(IDENTITY)))
    return context
