#!/bin/sh
# Checks this record with nothing but a shell, coreutils and OpenSSL.
# 只用命令行、coreutils 和 OpenSSL 核验本卷。用法 usage: sh verify.sh [issuer.pem]
# Whether trust/issuer.pem is really the committee's must be learnt elsewhere, for
# instance by comparing the fingerprint printed below. 签发证书的指纹须另行核对。
cd "$(dirname "$0")" || exit 2
anchor=${1:-trust/issuer.pem}
failed=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

tell() { # tell NAME STATUS
  if [ "$2" -eq 0 ]; then echo "OK      $1"; else echo "FAILED  $1"; failed=1; fi
}

openssl verify -no_check_time -x509_strict -CAfile "$anchor" trust/seal.pem >/dev/null 2>&1
tell "certificate 印章证书" $?

openssl x509 -in trust/seal.pem -noout -pubkey >"$scratch/seal.pub" 2>/dev/null
openssl dgst -sha256 -verify "$scratch/seal.pub" -signature manifest.sig manifest.json >/dev/null 2>&1
tell "manifest 清单签名" $?

sum() { sha256sum "$1" | cut -c1-64; }
grep -q "\"SHA256SUMS\":{\"sha256\":\"$(sum SHA256SUMS)\"" manifest.json
tell "list of digests 摘要表" $?

sha256sum --quiet -c SHA256SUMS >/dev/null 2>&1
tell "every file 全部文件" $?

find . ! -type d ! -name manifest.json ! -name manifest.sig ! -name SHA256SUMS | sort >"$scratch/found"
cut -c67- SHA256SUMS | sed 's#^#./#' | sort | cmp -s - "$scratch/found"
tell "no file missing or added 无缺无多" $?

size=$(sed 's/.*"locked_pdf_size":\([0-9]*\).*/\1/' manifest.json)
locked=$(head -c "$size" agreement.pdf | sha256sum | cut -c1-64)
agreement=$(sum agreement.json)
for folder in signatures/*/; do
  name=$(basename "$folder")
  openssl dgst -sha256 -verify "$folder/public_key.pem" -signature "$folder/signature.bin" \
    "$folder/statement.json" >/dev/null 2>&1
  tell "signature 签名 $name" $?
  grep -q "\"agreement_sha256\":\"$agreement\"" "$folder/statement.json" &&
    grep -q "\"pdf_sha256\":\"$locked\"" "$folder/statement.json"
  tell "signed this very text 所签即本文 $name" $?
done

echo "issuer 签发证书 SHA-256: $(openssl x509 -in "$anchor" -noout -fingerprint -sha256 | cut -d= -f2)"
exit $failed
