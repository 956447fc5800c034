"""OpenSSL's libcrypto, bound without a compiler (cffi in ABI mode), for what cryptography lacks.

It is the system's own, which Python's `ssl` commonly links too. Only calls of its stable
EVP interface are named here; nothing computes on keys in Python.
"""

from functools import cache
from typing import Any, Final, TypeAlias

import cffi

from server.domain.suites import NoSm2Error

CValue: TypeAlias = Any
"""A C value; cffi describes them at run time only."""

LIBRARY = "libcrypto.so.3"
SM2 = b"SM2"

ROUNDS: Final = 2048
"""Of a key file's PBKDF2 and MAC: what OpenSSL takes. The passphrases have 256 bits."""

ffi: Final[Any] = cffi.FFI()
ffi.cdef(
    """
    typedef struct evp_pkey_st EVP_PKEY;
    typedef struct evp_pkey_ctx_st EVP_PKEY_CTX;
    typedef struct evp_md_ctx_st EVP_MD_CTX;
    typedef struct bio_st BIO;
    typedef struct x509_st X509;
    typedef struct PKCS12_st PKCS12;
    const char *OpenSSL_version(int);
    void ERR_clear_error(void);
    EVP_PKEY_CTX *EVP_PKEY_CTX_new_from_name(void *, const char *, const char *);
    void EVP_PKEY_CTX_free(EVP_PKEY_CTX *);
    int EVP_PKEY_keygen_init(EVP_PKEY_CTX *);
    int EVP_PKEY_generate(EVP_PKEY_CTX *, EVP_PKEY **);
    int EVP_PKEY_is_a(const EVP_PKEY *, const char *);
    void EVP_PKEY_free(EVP_PKEY *);
    int EVP_PKEY_CTX_set1_id(EVP_PKEY_CTX *, const void *, int);
    EVP_MD_CTX *EVP_MD_CTX_new(void);
    void EVP_MD_CTX_free(EVP_MD_CTX *);
    int EVP_DigestSignInit_ex(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, void *,
        const char *, EVP_PKEY *, const void *);
    int EVP_DigestSign(EVP_MD_CTX *, unsigned char *, size_t *, const unsigned char *, size_t);
    int EVP_DigestVerifyInit_ex(EVP_MD_CTX *, EVP_PKEY_CTX **, const char *, void *,
        const char *, EVP_PKEY *, const void *);
    int EVP_DigestVerify(EVP_MD_CTX *, const unsigned char *, size_t,
        const unsigned char *, size_t);
    void *BIO_s_mem(void);
    BIO *BIO_new(void *);
    BIO *BIO_new_mem_buf(const void *, int);
    int BIO_free(BIO *);
    int BIO_read(BIO *, void *, int);
    size_t BIO_ctrl_pending(BIO *);
    PKCS12 *PKCS12_create(const char *, const char *, EVP_PKEY *, X509 *, void *,
        int, int, int, int, int);
    int PKCS12_parse(PKCS12 *, const char *, EVP_PKEY **, X509 **, void *);
    void PKCS12_free(PKCS12 *);
    void X509_free(X509 *);
    int i2d_PKCS12_bio(BIO *, const PKCS12 *);
    PKCS12 *d2i_PKCS12_bio(BIO *, PKCS12 **);
    EVP_PKEY *PEM_read_bio_PrivateKey(BIO *, EVP_PKEY **, void *, void *);
    EVP_PKEY *d2i_PUBKEY(EVP_PKEY **, const unsigned char **, long);
    int i2d_PUBKEY(const EVP_PKEY *, unsigned char **);
    """
)


@cache
def loaded() -> CValue:
    """Return libcrypto. Raises NoSm2Error when there is none, or it was built without SM2."""
    try:
        found = ffi.dlopen(LIBRARY)
    except OSError as error:
        raise NoSm2Error(reason="no_library") from error
    context = found.EVP_PKEY_CTX_new_from_name(ffi.NULL, SM2, ffi.NULL)
    found.ERR_clear_error()
    if context == ffi.NULL:
        raise NoSm2Error(reason="built_without")
    found.EVP_PKEY_CTX_free(context)
    return found


def owned(value: CValue, freed_by: CValue) -> CValue:
    """Return a C value that is freed with its last use. Raises ValueError for NULL."""
    if value == ffi.NULL:
        loaded().ERR_clear_error()
        raise ValueError("no such value")
    return ffi.gc(value, freed_by)


def expect(done: int) -> None:
    """Raise ValueError unless a call returned 1."""
    if done != 1:
        loaded().ERR_clear_error()
        raise ValueError("refused by libcrypto")


def version() -> str:
    """Return the library's own words for itself. Raises NoSm2Error."""
    return str(ffi.string(loaded().OpenSSL_version(0)).decode())
