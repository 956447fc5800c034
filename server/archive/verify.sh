#!/bin/sh
# Checks a record with nothing but a shell, coreutils and OpenSSL.
# 只用命令行、coreutils 和 OpenSSL 核验本卷。用法 usage: sh verify.sh [issuer.pem [folder]]
# Whether trust/issuer.pem is really the committee's must be learnt elsewhere, for
# instance by comparing the fingerprint printed below. 签发证书的指纹须另行核对。
LC_ALL=C
export LC_ALL
case ${1:-} in
'') anchor=trust/issuer.pem ;;
/*) anchor=$1 ;;
*) anchor=$PWD/$1 ;;
esac
cd "${2:-$(dirname "$0")}" || exit 2
failed=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

tell() { # tell NAME STATUS
  if [ "$2" -eq 0 ]; then echo "OK      $1"; else echo "FAILED  $1"; failed=1; fi
}
not_judged() { echo "?       $1 (not judged here 此处未判断)"; }
sum() { sha256sum <"$1" | cut -c1-64; }
says() { grep -qF "$2" "$1"; } # says FILE TEXT

openssl verify -no_check_time -x509_strict -CAfile "$anchor" trust/seal.pem >/dev/null 2>&1
tell "certificate 印章证书" $?

openssl x509 -in trust/seal.pem -noout -pubkey >"$scratch/seal.pub" 2>/dev/null
openssl dgst -sha256 -verify "$scratch/seal.pub" -signature manifest.sig manifest.json >/dev/null 2>&1
tell "manifest 清单签名" $?

says manifest.json "\"SHA256SUMS\":{\"sha256\":\"$(sum SHA256SUMS)\""
tell "list of digests 摘要表" $?

sha256sum --quiet --strict -c SHA256SUMS >/dev/null 2>&1
tell "every file 全部文件" $?

find . ! -type d ! -path ./manifest.json ! -path ./manifest.sig ! -path ./SHA256SUMS \
  ! -path ./META-INF/ASiCManifest001.xml ! -path ./META-INF/signature001.p7s | sort >"$scratch/found"
cut -c67- SHA256SUMS | sed 's#^#./#' | sort | cmp -s - "$scratch/found"
tell "no file missing or added 无缺无多" $?

# A picture is there if and only if the statement names it.
pictured() { # pictured FILE FIELD
  if [ -e "$1" ]; then says "$folder/statement.json" "\"$2\":\"$(sum "$1")\""; else
    says "$folder/statement.json" "\"$2\":null"; fi
}
by_named_key() {
  key=$(openssl pkey -pubin -in "$folder/public_key.pem" -outform DER 2>/dev/null | sha256sum | cut -c1-64)
  openssl dgst -sha256 -verify "$folder/public_key.pem" -signature "$folder/signature.bin" \
    "$folder/statement.json" >/dev/null 2>&1 &&
    says "$folder/statement.json" "\"key_sha256\":\"$key\""
}
of_this_text() {
  says "$folder/statement.json" "\"agreement_sha256\":\"$agreement\"" &&
    says "$folder/statement.json" "\"pdf_sha256\":\"$locked\""
}
signed_by_own_key() {
  by_named_key &&
    says "$folder/statement.json" "\"signer_id\":\"$name\"" &&
    pictured "$folder/handwriting.png" handwriting_sha256 &&
    pictured "$folder/strokes.json" strokes_sha256
}
size=$(sed 's/.*"locked_pdf_size":\([0-9]*\).*/\1/' manifest.json)
locked=$(head -c "$size" agreement.pdf | sha256sum | cut -c1-64)
agreement=$(sum agreement.json)
for folder in signatures/*/; do
  [ -d "$folder" ] || continue
  folder=${folder%/}
  name=${folder#signatures/}
  signed_by_own_key
  tell "signature 签名 $name" $?
  of_this_text
  tell "signed this very text 所签即本文 $name" $?
done

# What staff attest about lines that nobody signed with a key: on paper, or before witnesses.
for folder in attested/*/; do
  [ -d "$folder" ] || continue
  folder=${folder%/}
  name=${folder#attested/}
  by_named_key
  tell "signature of who attests 证明人签名 $name" $?
  of_this_text
  tell "signed this very text 所签即本文 $name" $?
done
for scan in paper/*; do
  [ -f "$scan" ] || continue
  cat attested/*-compare_paper/statement.json 2>/dev/null | grep -qF "\"sha256\":\"$(sum "$scan")\""
  tell "signature on paper, compared 纸质签署页已对照 ${scan#paper/}" $?
done

# Whoever the agreement names as a signer has a folder here, and nobody else has; or it says
# that he signs otherwise, and somebody attests that he did.
tr ',{[' '\n\n\n' <agreement.json >"$scratch/lines"
by_route() { sed -n "/^\"route\":\"$1\"\$/{n;s/^\"signer_id\":\"\([^\"]*\)\"[]}]*\$/\1/p;}" "$scratch/lines"; }
on_paper() { # on_paper SIGNER
  for seen in true,\"signature\":true true,\"signature\":false false,\"signature\":true; do
    cat attested/*-compare_paper/statement.json 2>/dev/null |
      grep -qF "\"fingerprint\":$seen,\"signer\":\"$1\"" && return 0
  done
  return 1
}
before_witnesses() { # before_witnesses SIGNER
  grep -lF "\"signers\":[\"$1\"]" attested/*/statement.json 2>/dev/null >"$scratch/spoken"
  says "$scratch/spoken" record_declaration/ &&
    [ "$(xargs cat <"$scratch/spoken" | grep -o '"relation":' | wc -l)" -ge 2 ]
}
all_attested() {
  for one in $(by_route wet_ink); do on_paper "$one" || return 1; done
  for one in $(by_route witnessed); do before_witnesses "$one" || return 1; done
}
sed -n -e '/^"route":"w[a-z_]*"$/{n;d;}' -e 's/^"signer_id":"\([^"]*\)"[]}]*$/\1/p' "$scratch/lines" |
  sort -u >"$scratch/named"
for folder in signatures/*/; do [ -d "$folder" ] && basename "$folder"; done | sort |
  cmp -s - "$scratch/named" && all_attested
tell "everybody signed 人人已签" $?

# hash = SHA-256(0x00, the hash before, body); the first follows 64 zeros.
chained() {
  head=0000000000000000000000000000000000000000000000000000000000000000 seq=0
  while read -r prev hash body; do
    seq=$((seq + 1))
    made=$({
      printf '\0'
      printf %s "$head" | tr a-f A-F | basenc --base16 -d
      printf %s "$body"
    } | sha256sum)
    [ "$prev" = "$head" ] && [ "${made%% *}" = "$hash" ] || return 1
    case $body in *",\"seq\":$seq,\"v\":1}") ;; *) return 1 ;; esac
    head=$hash
  done
  says manifest.json "\"log_head\":\"$head\""
}
digits='\([0-9a-f]\{64\}\)'
sed "s/^{\"body\":\\(.*\\),\"hash\":\"$digits\",\"prev\":\"$digits\"}\$/\\3 \\2 \\1/" log.jsonl | chained &&
  says log.jsonl "\"hash\":\"$(sed 's/.*"log_head":"\([0-9a-f]*\)".*/\1/' agreement.json)\""
tell "session log 会话日志" $?

# The ASiC-E container beside the folder names the same digests under the seal's signature.
listed_alike() {
  for name in manifest.json manifest.sig SHA256SUMS; do echo "$(sum $name)  $name"; done |
    cat SHA256SUMS - | tr a-f A-F | sort >"$scratch/ours"
  sed -n 's#^<asic:DataObjectReference URI="[^/"]*/\([^"]*\)">.*<ds:DigestValue>\([^<]*\)<.*#\2 \1#p' "$1" |
    while read -r digest name; do
      echo "$(echo "$digest" | base64 -d | basenc --base16 -w0)  $name"
    done | tr a-f A-F | sort | cmp -s - "$scratch/ours"
}
container=META-INF
[ -d $container ] || container=../META-INF
if [ -d $container ]; then
  openssl cms -verify -noverify -nointern -certfile trust/seal.pem -binary -inform DER \
    -in $container/signature001.p7s -content $container/ASiCManifest001.xml -out /dev/null 2>/dev/null &&
    listed_alike $container/ASiCManifest001.xml
  tell "container ASiC-E 容器" $?
else
  not_judged "the ASiC-E container ASiC-E 容器"
fi

not_judged "the log's checkpoint and proofs 日志检查点"
not_judged "the agreement inside the PDF, its seal, its filled blanks PDF 内嵌数据、印章与填写处"
echo "issuer 签发证书 SHA-256: $(openssl x509 -in "$anchor" -noout -fingerprint -sha256 | cut -d= -f2)"
exit $failed
