#!/bin/sh
# Checks a record on a Linux machine. 在 Linux 电脑上核验本卷。
# 用法 usage: sh verify.sh [issuer.pem [folder [stamps.pem]]]
# It takes nothing but a POSIX shell and the programs 只用到 POSIX shell 和以下程序
# - of POSIX: awk cmp find grep sed, none of them with an option of GNU's;
# - of GNU coreutils, 8.31 or newer: base64 basename basenc cat csplit cut date dirname head
#   mktemp rm sha1sum sha256sum sha384sum sha512sum sort tail tr wc;
# - openssl: OpenSSL, 3.0 or newer.
# No answer depends on the day it is asked: certificates are judged as of the time stamps, and the
# seal's and the container's without regard to time (-no_check_time). 何时核验，结果都一样。
# With stamps.pem, the root of who made the time stamps, issuer.pem counts for seal and signers
# alone; without it for time stamps too. 给出 stamps.pem（时间戳机构的根证书）的，两者各管各的。
# Whether trust/issuer.pem is really the committee's must be learnt elsewhere, for
# instance by comparing the fingerprint printed below. 签发证书的指纹须另行核对。
LC_ALL=C OPENSSL_CONF=/dev/null
# Nobody is trusted for being known to this machine. 本机自带的根证书一概不算。
SSL_CERT_FILE=/dev/null SSL_CERT_DIR=/dev/null
export LC_ALL OPENSSL_CONF SSL_CERT_FILE SSL_CERT_DIR
from_here() { # from_here FILE: it was named before we go elsewhere
  case $1 in '' | /*) printf %s "$1" ;; *) printf %s "$PWD/$1" ;; esac
}
given=${1:-}
anchor=$(from_here "$given") stamping=$(from_here "${3:-}")
anchor=${anchor:-trust/issuer.pem}
stamping=${stamping:-$anchor}
cd "${2:-$(dirname "$0")}" || exit 2
failed=0
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

unknown=77
say() { # say WORDS: names come from the record, so that nothing in them begins another line
  printf %s "$1" | tr '\001-\037\177' '[?*]'
  echo
}
tell() { # tell NAME STATUS
  if [ "$2" -eq 0 ]; then say "OK      $1"
  elif [ "$2" -eq $unknown ]; then not_judged "$1: SM2, this OpenSSL has none 本机 OpenSSL 不支持 SM2"
  else say "FAILED  $1"; failed=1; fi
}
not_judged() { say "?       $1 (not judged here 此处未判断)"; }
sum() { sha256sum <"$1" | cut -c1-64; }
says() { grep -qF "$2" "$1"; } # says FILE TEXT

# Staff and seals may sign in SM2 over SM3 (GB/T 32918, identity of GM/T 0009); phones never do.
identity=distid:1234567812345678
by_sm2() { openssl pkeyutl "$@" -rawin -digest sm3 -pkeyopt $identity >/dev/null 2>&1; }
knows_sm2() { # tried on a key of its own, so that no key of the record makes it say no
  own=$scratch/sm2
  [ -e "$own" ] || {
    openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out "$own" 2>/dev/null
    by_sm2 -sign -inkey "$own" -in "$own" -out "$own.sig"
  }
  by_sm2 -verify -inkey "$own" -in "$own" -sigfile "$own.sig"
}
sm2_key() { # sm2_key FILE: whether a key in PEM is one on the curve of SM2
  case $(sed -n 2p "$1" 2>/dev/null) in MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE*) ;; *) return 1 ;; esac
}
fits() { # fits KEY SIGNATURE FILE: the key is PEM
  if sm2_key "$1"; then
    knows_sm2 || return $unknown
    by_sm2 -verify -pubin -inkey "$1" -sigfile "$2" -in "$3"
  else openssl dgst -sha256 -verify "$1" -signature "$2" "$3" >/dev/null 2>&1; fi
}
sealed_by_sm2() {
  knows_sm2 || return $unknown
  openssl verify -no_check_time -x509_strict -vfyopt $identity -CAfile "$anchor" \
    -untrusted trust/pdf-seal-issuer.pem trust/pdf-seal.pem >/dev/null 2>&1 &&
    as_pem trust/pdf-seal.pem && as_pem trust/pdf-seal-issuer.pem
}

# JSON has one form here (RFC 8785): sorted keys, none twice, whole numbers, no blanks, no escapes that
# need none, at most 64 deep; so that nobody reads what another did not. JSON 只有一种写法。
canonical() { # canonical FILE: one value and no more; leaves its own members, one a line
  [ -f "$1" ] && [ "$(wc -l <"$1")" -eq 0 ] && members_of_all "$1" >"$scratch/members"
}
has() { grep -qxF "$1" "$scratch/members"; } # has MEMBER: whether one of those is this
all_canonical() { # all_canonical FILE: each line is one value, and ends
  [ -z "$(tail -c 1 "$1")" ] && members_of_all "$1" >/dev/null
}
members_of_all() {
  in_utf8 "$1" && tr '\177-\377' '[\001*]' <"$1" | awk '
function eat(form,   held) {
  held = match(rest, "^(" form ")")
  if (held) { got = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1) }
  return held
}
function number() {
  sub(/^-/, "", got)
  return length(got) < 16 || (length(got) == 16 && (got "") <= "9007199254740991")
}
function pair(before) { # whether a key that follows the one before, and its value
  if (!eat("\"[]!#-[^-~ ]*\":") || (before != "" && (before "") >= (got ""))) return 0
  key = got
  return 1
}
function value(deep,   before, own, from) {
  if (eat("\"([^\"\\\\]|\\\\[\"\\\\bfnrt]|\\\\u00(0[0-7bef]|1[0-9a-f]))*\"|true|false|null")) return 1
  if (eat("0|-?[1-9][0-9]*")) return number()
  if (deep == 0) return 0
  if (eat("[[]")) {
    if (eat("[]]")) return 1
    do { if (!value(deep - 1)) return 0 } while (eat(","))
    return eat("[]]")
  }
  if (!eat("[{]")) return 0
  if (eat("[}]")) return 1
  do {
    if (!pair(before)) return 0
    before = own = key; from = rest
    if (!value(deep - 1)) return 0
    if (deep == 64) print own substr(from, 1, length(from) - length(rest))
  } while (eat(","))
  return eat("[}]")
}
{ rest = $0; if (!value(64) || rest != "") exit 1 }
END { if (NR == 0) exit 1 }'
}
in_utf8() { # in_utf8 FILE: without half a character, nor any that JSON escapes
  tr '\012\040-\177\200-\217\220-\237\240-\277\302-\337\340\341-\354\355\356\357\360\361-\363\364\000-\011\013-\037\300\301\365-\377' \
    '\012[a*96][b*16][c*16][d*32][e*30]f[g*12]hggi[j*3]k[x*]' <"$1" |
    awk '{ gsub(/a|e[bcd]|fd[bcd]|g[bcd][bcd]|h[bc][bcd]|i[cd][bcd][bcd]|j[bcd][bcd][bcd]|kb[bcd][bcd]/, "") }
      $0 != "" { exit 1 }'
}

# What is no plain file may never end, and a list may name what is not in here.
# 链接可能指向读不完的东西；清单可能指向卷宗以外。
give_up() { tell "$1" 1; exit 1; }
[ -z "$(find . ../META-INF ../renewals ! -type d ! -type f 2>/dev/null | head -n 1)" ] ||
  give_up "nothing but plain files 只有普通文件"
[ "$(find . | wc -l)" -le 2000 ] || give_up "not more files than any record has 文件过多，不像卷宗"
# The names that a record may hold are those of FORMAT.md, so that no other agreement passes as part
# of it; and no two are one to a system that tells no case. 卷内只许有 FORMAT.md 所列的文件名。
plain='[0-9A-Za-z][0-9A-Za-z_.-]*'
of_a_record="agreement\.(pdf|json)|consents\.json|identity\.json|log\.jsonl"
of_a_record="$of_a_record|manifest\.(json|sig)|SHA256SUMS|README\.txt|FORMAT\.md|verify\.(sh|html)"
of_a_record="$of_a_record|trust/(seal|issuer|pdf-seal|pdf-seal-issuer)\.pem"
of_a_record="$of_a_record|log/(checkpoint\.(txt|tst)|proofs\.json|public_key\.pem)"
of_a_record="$of_a_record|recordings/$plain\.jsonl|paper/$plain\.(jpg|png|pdf)"
of_a_record="$of_a_record|(signatures|attested)/$plain/(statement\.json|signature\.bin|public_key\.pem)"
of_a_record="$of_a_record|signatures/$plain/(certificate\.pem|handwriting\.png|strokes\.json)"
of_meta='META-INF/(ASiCManifest001\.xml|signature001\.p7s)'
of_renewals='renewals/(agreement\.pdf|[0-9][0-9][0-9]/(appended\.pdf|stamp\.tst|SHA(256|384|512)SUMS))'
only() { # only PATTERN FOLDER: whether files of such names are all that it holds
  [ -d "$2" ] || return 0
  find "$2" ! -type d >"$scratch/names"
  find "$2" -type d >"$scratch/folders"
  ! grep -Evqx "$1" "$scratch/names" && awk 'seen[tolower($0)]++ { exit 1 }' "$scratch/names" &&
    none_bare
}
none_bare() { # a folder without a file tells something in some ZIPs, and is not there in others
  awk 'FILENAME == ARGV[1] { while (sub("/[^/]*$", "")) filled[$0] = 1; next }
    !($0 in filled) { exit 1 }' "$scratch/names" "$scratch/folders"
}
container=META-INF
[ -d $container ] || container=../META-INF
lists_only() { # lists_only LIST: whether what it names lies below here
  while read -r skipped name || [ "$skipped" ]; do
    case /$name/ in /[!0-9A-Za-z]* | */../*) return 1 ;; esac
  done <"$1"
}

as_pem() { # as_pem FILE: one block, lines of 64 characters, nothing around it (RFC 7468, 3)
  {
    sed -n '1s/^-----BEGIN [A-Z ]*-----$/&/p' "$1"
    sed '1d;$d' "$1" | base64 -d 2>/dev/null | base64 -w 64
    sed -n '1s/BEGIN/END/p' "$1"
  } 2>/dev/null | cmp -s - "$1"
}
openssl verify -no_check_time -x509_strict -CAfile "$anchor" trust/seal.pem >/dev/null 2>&1 &&
  as_pem trust/seal.pem && as_pem trust/issuer.pem
tell "certificate 印章证书" $?

# The seal in the PDF may have a key, and an issuer between, of its own.
if [ -e trust/pdf-seal.pem ]; then
  sealed_by_sm2
  tell "certificate of the PDF's SM2 seal PDF 内 SM2 印章证书" $?
fi

openssl x509 -in trust/seal.pem -noout -pubkey >"$scratch/seal.pub" 2>/dev/null
openssl dgst -sha256 -verify "$scratch/seal.pub" -signature manifest.sig manifest.json >/dev/null 2>&1
tell "manifest 清单签名" $?

# The manifest has one form, and names what the list names, byte for byte.
members="agreement_sha256 case_id committee_id committee_name effective_on files locked_pdf_sha256"
members="$members locked_pdf_size log_head number record_id sealed_at signers v"
a_day() { [ "$(date -ud "$1" +%Y-%m-%d 2>/dev/null)" = "$1" ]; }
well_formed() {
  canonical manifest.json && cat "$scratch/members" >"$scratch/manifest" &&
    [ "$(sed 's/^"\([a-z0-9_]*\)":.*/\1/' "$scratch/manifest" | tr '\n' ' ')" = "$members " ] &&
    [ "$(grep -Ecx "$typed" "$scratch/manifest")" = 14 ] &&
    a_day "$(sed -n 's/^"effective_on":"\(.*\)"/\1/p' "$scratch/manifest")" &&
    a_day "$(sed -n 's/^"sealed_at":"\(.*\)T.*/\1/p' "$scratch/manifest")" &&
    ! sed -n 's/^"signers":\[\(.*\)\]$/\1/p' "$scratch/manifest" | tr , '\n' |
    awk 'seen[$0]++ { twice = 1 } END { exit !twice }'
}
typed="\"(agreement_sha256|case_id|committee_id|committee_name|locked_pdf_sha256|log_head|number)\":\".*\""
typed="$typed|\"effective_on\":\"[-0-9]*\"|\"files\":[{].*[}]|\"locked_pdf_size\":[0-9]*|\"v\":1"
typed="$typed|\"record_id\":\"$plain\"|\"signers\":\\[(\"$plain\"(,\"$plain\")*)?\\]"
typed="$typed|\"sealed_at\":\"[-0-9]*T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9][0-9][0-9]Z\""
well_formed
tell "form of the manifest 清单格式" $?
each_listed() { # each file of the list as the manifest has it; SM3 counts where the manifest has one
  find . ! -type d -exec wc -c {} + | sed -n 's#^ *\([0-9]*\) \./#size \1 #p' >"$scratch/listed"
  find . ! -type d -exec openssl dgst -sm3 -r {} + 2>/dev/null | sed -n 's#^\([0-9a-f]*\) [*]\./#sm3 \1 #p' >>"$scratch/listed"
  { cat SHA256SUMS; echo "$(sum SHA256SUMS)  SHA256SUMS"; } | sort -k 2 | sed 's/^/sha256 /' >>"$scratch/listed"
  sed -n 's/^"files":{/files /p' "$scratch/manifest" | cat "$scratch/listed" - | awk '
    $1 == "size" { size[$3] = $2 }
    $1 == "sm3" { sm3[$3] = $2 }
    $1 == "sha256" { sha256[$3] = $2; name[++names] = $3 }
    function next_is(said) {
      if (index(rest, said) != 1) return 0
      rest = substr(rest, length(said) + 1)
      return 1
    }
    function digest(of) {
      if (next_is("null")) return 1
      if (of != "") return next_is("\"" of "\"")
      if (rest !~ /^"[0-9a-f]*"/ || index(substr(rest, 2), "\"") != 65) return 0
      rest = substr(rest, 67)
      return 1
    }
    $1 == "files" {
      rest = substr($0, 7)
      for (i = 1; i <= names; i++) {
        one = name[i]
        if (!next_is("\"" one "\":{\"sha256\":\"" sha256[one] "\",\"size\":" size[one] ",\"sm3\":") ||
          !digest(sm3[one]) || !next_is(i < names ? "}," : "}}")) exit
      }
      if (rest == "") print "as listed"
    }' | grep -q .
}
sums_in_order() { # of the one form that sha256sum writes, by name
  ! grep -Evqx '[0-9a-f]*  [0-9A-Za-z].*' SHA256SUMS && sort -c -k 2 SHA256SUMS 2>/dev/null &&
    [ -z "$(tail -c 1 SHA256SUMS)" ]
}
record=$(sed -n 's/^"record_id":"\(.*\)"$/\1/p' "$scratch/manifest")
says manifest.json "\"SHA256SUMS\":{\"sha256\":\"$(sum SHA256SUMS)\"" && sums_in_order
tell "list of digests 摘要表" $?

all_intact() {
  lists_only SHA256SUMS && sha256sum --quiet --strict -c SHA256SUMS >/dev/null 2>&1 && each_listed
}
all_intact
tell "every file 全部文件" $?

find . ! -type d ! -path ./manifest.json ! -path ./manifest.sig ! -path ./SHA256SUMS \
  ! -path ./META-INF/ASiCManifest001.xml ! -path ./META-INF/signature001.p7s | sort >"$scratch/found"
cut -c67- SHA256SUMS | sed 's#^#./#' | sort | cmp -s - "$scratch/found"
tell "no file missing or added 无缺无多" $?
for folder in signatures/*/; do [ -d "$folder" ] && basename "$folder"; done |
  sort >"$scratch/folders_of_signers"
of_signers_alone() { # whoever has a folder is a signer by the manifest
  sed -n 's/.*,"signers":\[\(.*\)\],"v":1}$/\1/p' manifest.json | tr -d '"' | tr , '\n' | sort |
    cmp -s - "$scratch/folders_of_signers"
}
only "\./($of_a_record|$of_meta)" . && only "\.\./$of_meta" ../META-INF && of_signers_alone
tell "no file of another name than a record has 无卷宗以外的文件名" $?
beside() { # what an unpacked package has beside this folder
  for one in ../* ../.[!.]*; do
    case $one in ../META-INF | ../renewals | ../mimetype | "../$(basename "$PWD")") continue ;; esac
    [ ! -e "$one" ] || echo one
  done | wc -l
}
if [ $container = ../META-INF ] && [ "$(beside)" -gt 0 ]; then
  not_judged "$(beside) more beside this folder, no part of the record 本文件夹旁边另有文件，不属于本卷"
fi

# A picture is there if and only if the statement names it.
pictured() { # pictured FILE FIELD
  if [ -e "$1" ]; then says "$folder/statement.json" "\"$2\":\"$(sum "$1")\""; else
    says "$folder/statement.json" "\"$2\":null"; fi
}
by_named_key() {
  key=$(sed '1d;$d' "$folder/public_key.pem" 2>/dev/null | base64 -d 2>/dev/null | sha256sum | cut -c1-64)
  says "$folder/statement.json" "\"key_sha256\":\"$key\"" &&
    fits "$folder/public_key.pem" "$folder/signature.bin" "$folder/statement.json"
}
of_this_text() { # by what it says itself, not by what stands in what was seen
  canonical "$folder/statement.json" && as_pem "$folder/public_key.pem" || return 1
  grep -v '^"[^"]*":[[{]' "$scratch/members" >"$scratch/said"
  says "$scratch/said" "\"agreement_sha256\":\"$agreement\"" &&
    says "$scratch/said" "\"pdf_sha256\":\"$locked\"" &&
    { [ -z "$agreement_sm3" ] || ! grep -q '^"agreement_sm3":"' "$scratch/said" ||
      says "$scratch/said" "\"agreement_sm3\":\"$agreement_sm3\""; }
}
signed_by_own_key() {
  says "$folder/statement.json" "\"signer_id\":\"$name\"" &&
    pictured "$folder/handwriting.png" handwriting_sha256 &&
    pictured "$folder/strokes.json" strokes_sha256 &&
    by_named_key
}
# In what is signed no quotes of anybody's words stand bare, and a field comes before what was seen:
# the first of its name is its own.
field() { # field FILE NAME
  awk -v name="\"$2\":\"" '{
    at = index($0, name); if (!at) exit
    rest = substr($0, at + length(name)); sub(/".*/, "", rest); print rest; exit
  }' "$1"
}
# Who signed the agreement too attests with the key of that signature, if it is of one suite with it:
# a server may have gone over to another in between.
by_own_key() { # by_own_key FOLDER
  attester=$(field "$1/statement.json" attester_id)
  case $attester in '' | *[!0-9A-Za-z._~-]* | .*) return 0 ;; esac
  set -- "signatures/$attester/public_key.pem" "$1/public_key.pem"
  [ ! -f "$1" ] || cmp -s "$1" "$2" || other_suite "$1" "$2"
}
other_suite() {
  if sm2_key "$1"; then ! sm2_key "$2"; else sm2_key "$2"; fi
}
by_attester() { by_own_key "$folder" && by_named_key; }
size=$(sed 's/.*"locked_pdf_size":\([0-9]*\).*/\1/' manifest.json)
locked=$(head -c "$size" agreement.pdf | sha256sum | cut -c1-64)
agreement=$(sum agreement.json)
agreement_sm3=$(openssl dgst -sm3 -r agreement.json 2>/dev/null | cut -c1-64)
[ "$agreement_sm3" ] || not_judged "digests in SM3: this OpenSSL has none 本机 OpenSSL 不支持 SM3"
says "$scratch/manifest" "\"agreement_sha256\":\"$agreement\"" &&
  says "$scratch/manifest" "\"locked_pdf_sha256\":\"$locked\""
tell "signed this very text by the manifest 清单所载即本文" $?
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
  by_attester
  tell "signature of who attests 证明人签名 $name" $?
  of_this_text
  tell "signed this very text 所签即本文 $name" $?
done
# What a statement is for it says itself; its folder may have any name.
for stated in attested/*/statement.json; do
  if [ -f "$stated" ]; then printf '%s %s\n' "$(field "$stated" purpose)" "$stated"; fi
done >"$scratch/purposes"
for_purpose() { sed -n "s#^$1 ##p" "$scratch/purposes"; }
contents() { while read -r one; do cat "$one"; echo; done; } # of the files that are named
for_purpose compare_paper | contents >"$scratch/compared"
for scan in paper/*; do
  [ -f "$scan" ] || continue
  grep -qF "\"sha256\":\"$(sum "$scan")\"" "$scratch/compared"
  tell "signature on paper, compared 纸质签署页已对照 ${scan#paper/}" $?
done
# Every page that was compared is here, too.
awk '{
  at = index($0, "\"pages\":["); if (!at) next
  pages = split(substr($0, at), page, "{")
  for (i = 2; i <= pages; i++) {
    name = digest = page[i]
    if (!sub(/^"file":"/, "", name)) continue
    sub(/".*/, "", name); sub(/.*"sha256":"/, "", digest); sub(/".*/, "", digest)
    print digest "  " name
  }
}' "$scratch/compared" >"$scratch/pages"
if [ -s "$scratch/pages" ]; then
  lists_only "$scratch/pages" && sha256sum --quiet --strict -c "$scratch/pages" >/dev/null 2>&1
  tell "signature on paper, every page that was compared 所对照的各页俱在" $?
fi

# Where the text was locked to be sealed by two people: one released, another confirmed.
takes_two() {
  grep -F '"kind":"agreement.locked"' log.jsonl | tail -n 1 | grep -qF '"two_to_seal":true' ||
    [ -n "$(for_purpose release_seal)$(for_purpose confirm_seal)" ]
}
two_people() {
  for_purpose release_seal >"$scratch/releases"
  for_purpose confirm_seal >"$scratch/confirmations"
  while read -r first; do
    while read -r second; do
      released_and_confirmed
      told=$?
      [ $told -eq 1 ] || return $told
    done <"$scratch/confirmations"
  done <"$scratch/releases"
  return 1
}
released_and_confirmed() {
  open=0
  for folder in "${first%/*}" "${second%/*}"; do
    by_attester && of_this_text
    case $? in 0) ;; $unknown) of_this_text && open=$unknown || return 1 ;; *) return 1 ;; esac
  done
  says "$second" "\"release_sha256\":\"$(sum "$first")\"" || return 1
  [ "$(field "$first" attester_id)" != "$(field "$second" attester_id)" ] &&
    [ "$(field "$first" key_sha256)" != "$(field "$second" key_sha256)" ] || return 1
  printf '%s\n' "$(field "$first" at)" "$(field "$second" at)" "$(field "$first" until)" |
    sort -c 2>/dev/null || return 1
  grep -F '"kind":"seal.applied"' log.jsonl | tail -n 1 >"$scratch/sealed"
  says "$scratch/sealed" "\"release_sha256\":\"$(sum "$first")\"" &&
    says "$scratch/sealed" "\"confirmation_sha256\":\"$(sum "$second")\"" || return 1
  both="$(field "$first" attester_name) $(field "$first" at), "
  both="$both$(field "$second" attester_name) $(field "$second" at)"
  return $open
}
if takes_two; then
  both=
  two_people
  tell "sealed by two people 两人盖章 $both" $?
fi

# Whoever the agreement names as a signer has a folder here, and nobody else has; or it says
# that he signs otherwise, and somebody attests that he did.
tr ',{[' '\n\n\n' <agreement.json >"$scratch/lines"
by_route() { sed -n "/^\"route\":\"$1\"\$/{n;s/^\"signer_id\":\"\([^\"]*\)\"[]}]*\$/\1/p;}" "$scratch/lines"; }
on_paper() { # on_paper SIGNER
  tr '{' '\n' <"$scratch/compared" | grep -F "\"signer\":\"$1\"" |
    grep -q -e '"fingerprint":true' -e '"signature":true'
}
before_witnesses() { # before_witnesses SIGNER
  grep -lF "\"signers\":[\"$1\"]" attested/*/statement.json 2>/dev/null >"$scratch/spoken"
  for_purpose record_declaration | grep -qxF -f "$scratch/spoken" &&
    each_once attester_id && each_once key_sha256 &&
    [ "$(contents <"$scratch/spoken" | witnesses | sort -u | wc -l)" -ge 2 ]
}
each_once() { # each_once FIELD: nobody, and no key, recorded and witnessed, or witnessed twice
  grep -e '^record_declaration ' -e '^witness_declaration ' "$scratch/purposes" | cut -d ' ' -f 2- |
    grep -xF -f "$scratch/spoken" |
    while read -r one; do field "$one" "$1"; done | sort >"$scratch/heard"
  sort -u "$scratch/heard" | cmp -s - "$scratch/heard"
}
witnesses() { # the name of each
  awk '{
    at = index($0, "\"witnesses\":["); if (!at) next
    rest = substr($0, at + 13)
    while (match(rest, /^,?[{]("[a-z]*":"([^"\\]|\\.)*",?)+[}]/)) {
      one = substr(rest, 1, RLENGTH); rest = substr(rest, RLENGTH + 1)
      match(one, /"name":"([^"\\]|\\.)*"/); print substr(one, RSTART, RLENGTH)
    }
  }'
}
all_attested() {
  for one in $(by_route wet_ink); do on_paper "$one" || return 1; done
  for one in $(by_route witnessed); do before_witnesses "$one" || return 1; done
}
sed -n -e '/^"route":"w[a-z_]*"$/{n;d;}' -e 's/^"signer_id":"\([^"]*\)"[]}]*$/\1/p' "$scratch/lines" |
  sort -u >"$scratch/named"
canonical agreement.json && cmp -s "$scratch/folders_of_signers" "$scratch/named" && all_attested
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
sed -n "s/^{\"body\":\\(.*\\),\"hash\":\"$digits\",\"prev\":\"$digits\"}\$/\\1/p" log.jsonl >"$scratch/bodies"
sed "s/^{\"body\":\\(.*\\),\"hash\":\"$digits\",\"prev\":\"$digits\"}\$/\\3 \\2 \\1/" log.jsonl | chained &&
  all_canonical log.jsonl && all_canonical "$scratch/bodies" && ! grep -qv '^{' "$scratch/bodies" &&
  says log.jsonl "\"hash\":\"$(sed 's/.*"log_head":"\([0-9a-f]*\)".*/\1/' agreement.json)\""
tell "session log 会话日志" $?

# ------------------------------------------------------------------ the signatures inside the PDF
# Each stands in a gap of the bytes that it covers: from the first of the file to the end of its
# own update. /Contents <gap>, then /ByteRange [0 gap after rest] (ISO 32000-1, 12.8.1).
pdf_size=$(wc -c <agreement.pdf)
n='\([1-9][0-9]\{0,8\}\)'
in_text() { tr -c '\n -~' '?'; } # grep and sed are for text alone, and a PDF is none
ranges() { # every name of a PDF begins with a slash
  in_text <agreement.pdf | tr / '\n' | sed -n "s/^ByteRange \[0 $n $n $n\].*/\1 \2 \3/p"
}
between() { tail -c "+$(($1 + 1))" agreement.pdf | head -c "$(($2 - $1))"; } # between FROM TO
bracketed() { # whether a signature's gap is where the range says
  [ "$gap" -gt 10 ] && [ "$gap" -lt "$after" ] && [ $((after + rest)) -le "$pdf_size" ] &&
    between $((gap - 10)) "$after" | tr '\n' '?' | in_text | grep -qx '/Contents <[0-9A-Fa-f]*>' &&
    between "$after" $((after + 80)) | in_text | grep -q "^/ByteRange \[0 $gap $after $rest\]"
}
parsed() { openssl asn1parse -inform DER -in "$1" 2>/dev/null; }
bytes() { tr a-f A-F | basenc --base16 -d 2>/dev/null; }
der() { grep -v '^-' | base64 -d; }
octets() { # octets [FROM]: the first octet string of what asn1parse says, after a line
  sed -n "/${1:-^}/,\$ {
    /OCTET STRING *\[HEX DUMP\]:/ {s/.*://;y/ABCDEF/abcdef/;p;q;}
  }"
}
cut_out() { # cut_out FILE LINE: the element that a line of asn1parse is about
  place=$(echo "$2" | sed -n 's/^ *\([0-9]*\):d=[0-9]* *hl=\([0-9]*\) *l= *\([0-9]*\) .*/\1 \2 \3/p')
  # shellcheck disable=SC2086  # three numbers
  set -- "$1" $place
  [ $# -eq 4 ] && tail -c "+$(($2 + 1))" "$1" | head -c "$(($3 + $4))"
}
taken_apart() { # leaves what is covered and the signature; nothing but zeros fills up the gap
  { head -c "$gap" agreement.pdf && between "$after" $((after + rest)); } >"$scratch/covered"
  between $((gap + 1)) $((after - 1)) | bytes >"$scratch/padded"
  cut_out "$scratch/padded" "$(parsed "$scratch/padded" | head -n 1)" >"$scratch/cms"
  parsed "$scratch/cms" >"$scratch/parts"
  tail -c "+$(($(wc -c <"$scratch/cms") + 1))" "$scratch/padded" | tr -d '\0' | cmp -s - /dev/null
}
made_well() { # made_well AS CMS PARTS [CONTENT]: leaves AS.pem, AS.der and AS.beside, its certificates
  as=$1
  openssl cms -verify -noverify -binary -inform DER -in "$2" ${4:+-content "$4"} \
    -out "$scratch/content" -signer "$1.pem" -certsout "$1.beside" 2>/dev/null &&
    [ "$(grep -c BEGIN "$1.pem")" = 1 ] && der <"$1.pem" >"$1.der" &&
    # The signature names its certificate by digest (RFC 5035), so that no other takes its place.
    named=$(octets ':id-smime-aa-signingCertificate\(V2\)\{0,1\}$' <"$3") &&
    case ${#named} in
    40) named_by sha1sum ;; 64) named_by sha256sum ;; 96) named_by sha384sum ;; 128) named_by sha512sum ;;
    *) false ;;
    esac
}
named_by() { [ "$("$1" <"$as.der" | cut -d' ' -f1)" = "$named" ]; }
# OpenSSL's cms cannot be told the identity of SM2, so that such a signature is taken apart here.
in_sm2() {
  grep -q -e ':d=5 .*OBJECT *:sm3$' -e ':d=5 .*OBJECT *:1\.2\.156\.10197\.1\.401$' "$scratch/parts"
}
named_signer() { # named_signer AS CMS: the one certificate inside that the signature names
  openssl pkcs7 -inform DER -in "$2" -print_certs -out "$1.beside" 2>/dev/null &&
    csplit -s -z -f "$1.each" "$1.beside" '/^subject/' '{*}' || return 1
  named=$(octets ':id-smime-aa-signingCertificateV2$' <"$scratch/parts")
  for each in "$1".each*; do
    openssl x509 -in "$each" -out "$1.pem" 2>/dev/null && der <"$1.pem" >"$1.der" &&
      [ "$(sum "$1.der")" = "$named" ] && return 0
  done
  return 1
}
made_by_sm2() { # made_by_sm2 AS CMS CONTENT: as made_well; $unknown where this OpenSSL has no SM2
  knows_sm2 || return $unknown
  named_signer "$1" "$2" && openssl x509 -in "$1.pem" -noout -pubkey >"$1.pub" &&
    [ "$(octets ':messageDigest$' <"$scratch/parts")" = "$(openssl dgst -sm3 -r "$3" | cut -c1-64)" ] ||
    return 1
  # What is signed is the attributes as a SET OF (RFC 5652, 5.4), which begins with another byte.
  cut_out "$2" "$(sed -n '/:d=5 .*cont \[ 0 \]/p' "$scratch/parts" | tail -n 1)" | tail -c +2 >"$1.set"
  { printf 1; cat "$1.set"; } >"$1.said"
  sed -n '/:d=5 /p' "$scratch/parts" | octets | bytes >"$1.value"
  by_sm2 -verify -pubin -inkey "$1.pub" -sigfile "$1.value" -in "$1.said"
}
signed_inside() { # where the statement's key is none of SM2, no signature in SM2 is by that key
  if in_sm2; then
    [ -z "$stated" ] || sm2_key "${stated%statement.json}public_key.pem" || return 1
    made_by_sm2 "$scratch/signer" "$scratch/cms" "$scratch/covered"
  else made_well "$scratch/signer" "$scratch/cms" "$scratch/parts" "$scratch/covered"; fi
}
stamped() { # stamped TOKEN DATA [DIGEST]: leaves the moment (RFC 3161)
  parsed "$1" >"$scratch/token_parts"
  made_well "$scratch/stamper" "$1" "$scratch/token_parts" || return 1
  parsed "$scratch/content" >"$scratch/stamp"
  moment=$(sed -n '/GENERALIZEDTIME *:[0-9]\{14\}.*Z$/ {
    s/.*:\(....\)\(..\)\(..\)\(..\)\(..\)\(..\).*/\1-\2-\3 \4:\5:\6Z/;p;q;}' "$scratch/stamp")
  [ "$(sed -n 's/.*OBJECT *:\(.*\)/\1/p' "$scratch/stamp" | sed -n 2p)" = "${3:-sha256}" ] &&
    [ "$(octets <"$scratch/stamp")" = "$("${3:-sha256}sum" <"$2" | cut -d' ' -f1)" ] && [ -n "$moment" ]
}
issued() { # issued AS PURPOSE: by the issuer, as of that moment: it may have expired since
  told='' by=$anchor
  [ "$2" != timestampsign ] || by=$stamping
  case $1 in */signer) if in_sm2; then told="-vfyopt $identity"; fi ;; esac
  # shellcheck disable=SC2086  # two words, or none
  openssl verify $told -x509_strict -purpose "$2" -attime "$(date -ud "$moment" +%s)" -CAfile "$by" \
    -untrusted "$1.beside" "$1.pem" >/dev/null 2>&1
}
is_stamp() { grep -q ':d=4 .*:id-smime-ct-TSTInfo$' "$scratch/parts"; }
stamped_inside() { # the stamp beside a signature is over its value
  token=$(sed -n '/:d=7 .*:id-smime-aa-timeStampToken$/{n;n;p;q;}' "$scratch/parts")
  cut_out "$scratch/cms" "$token" >"$scratch/token"
  sed -n '/:d=5 /p' "$scratch/parts" | octets | bytes >"$scratch/value"
  stamped "$scratch/token" "$scratch/value"
}
for stated in signatures/*/statement.json; do
  if [ -f "$stated" ]; then printf '%s\n' "0420$(sum "$stated") $stated"; fi
done >"$scratch/stated"
find_signer() { # a signer's certificate holds the digest of the statement, in DER: 04 20 digest
  sed -n 's/.*:\(0420[0-9A-F]\{64\}\)$/\1/p' "$scratch/parts" | tr A-F a-f >"$scratch/digests"
  stated=$(grep -F -f "$scratch/digests" "$scratch/stated" | head -n 1)
  digest=${stated%% *} stated=${stated#* }
  if [ "$stated" ]; then who=$(basename "${stated%/statement.json}")
  elif [ "$number" = "$last" ]; then who='(seal)'
  elif [ "$number" = 1 ] && [ "$end" -le "$size" ]; then who='(lock)'
  else who='?'; fi
}
filed() { # filed FOLDER/: the certificate there, where there is one, is that of the signature
  [ ! -e "$1certificate.pem" ] || {
    as_pem "$1certificate.pem" && der <"$1certificate.pem" 2>/dev/null | cmp -s - "$scratch/signer.der"
  }
}
as_stated() { # by the key that the statement names, and by the certificate that names the statement
  key=$(openssl x509 -in "$scratch/signer.pem" -noout -pubkey | der | sha256sum)
  filed "${stated%statement.json}" &&
    says "$stated" "\"key_sha256\":\"${key%% *}\"" && says "$stated" "\"signer_id\":\"$who\"" &&
    [ "$digest" = "$(parsed "$scratch/signer.der" |
      octets ':2\.25\.147695838549358324613260014637242023729$')" ]
}
# The lock lets nobody do more than fill in and sign (ISO 32000-1, 12.8.2.2), and the catalog names it.
of_lock='/TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P 2 >>'
certifies() {
  object=$(between $((gap - 40)) "$gap" | tr '\n' ' ' | sed -n 's#.* \([1-9][0-9]*\) 0 obj << /Contents $#\1#p')
  [ "$object" ] && tr '\n' ' ' <"$scratch/covered" | in_text | grep -qF "/Perms << /DocMDP $object 0 R >>" &&
    between "$after" "$end" | tr '\n' ' ' | in_text | sed 's/ endobj .*//' | grep -qF "$of_lock"
}
judge_stamp() {
  who='(stamp)'
  stamped "$scratch/cms" "$scratch/covered" && [ "$filled" = 0 ]
  tell "archive time stamp in the PDF PDF 存档时间戳 $moment" $?
  issued "$scratch/stamper" timestampsign || echo "$who" >>"$scratch/elsewhere"
}
sealing=trust/seal.pem
[ -e trust/pdf-seal.pem ] && sealing=trust/pdf-seal.pem
by_named_seal() {
  if [ $held -eq $unknown ]; then
    [ -e trust/pdf-seal.pem ] || return 1
    return $unknown
  fi
  [ ! -f "$scratch/signer.der" ] || der <$sealing 2>/dev/null | cmp -s - "$scratch/signer.der"
}
judge_signature() {
  find_signer
  signed_inside && [ "$filled" = 0 ] &&
    { [ "$earlier" ] || stamped_inside; } && { [ -z "$stated" ] || as_stated; } &&
    { [ "$who" != '(lock)' ] || certifies; }
  held=$?
  case $who in
  '(lock)') tell "lock of the text in the PDF PDF 锁定签名 $moment" $held ;;
  '(seal)')
    tell "seal in the PDF PDF 印章 $moment" $held
    by_named_seal
    tell "certificate of the seal in the PDF PDF 所用印章证书" $? ;;
  *) tell "signature in the PDF PDF 内签名 $who $moment" $held ;;
  esac
  if [ $held -eq $unknown ]; then
    : >"$scratch/in_sm2"
    return
  fi
  [ "$earlier" ] || { issued "$scratch/signer" any && issued "$scratch/stamper" timestampsign; } ||
    echo "$who" >>"$scratch/elsewhere"
}

ranges | while read -r gap after rest; do
  if bracketed; then echo "$gap $after $rest"; fi
done >"$scratch/ranges"
number=0 last=0
while read -r gap after rest; do
  number=$((number + 1))
  between "$after" $((after + 250)) | in_text | grep -q '^/SubFilter /ETSI.RFC3161$' || last=$number
done <"$scratch/ranges"
# The PDF of an earlier record has the seal alone, without a time stamp.
earlier=''
[ "$number$last" = 11 ] && earlier=yes
number=0 end=0
: >"$scratch/order" >"$scratch/elsewhere"
while read -r gap after rest; do
  [ "$gap" -gt "$end" ] || echo '(overlap)' >>"$scratch/order"
  number=$((number + 1)) end=$((after + rest)) moment=''
  rm -f "$scratch"/signer.* "$scratch"/stamper.*
  taken_apart
  filled=$?
  if is_stamp; then judge_stamp; else judge_signature; fi
  echo "$who" >>"$scratch/order"
done <"$scratch/ranges"
[ "$end" = "$pdf_size" ] && { [ "$earlier" ] || [ "$who" = '(stamp)' ]; }
tell "nothing after the last signature of the PDF PDF 最后的签名之后无内容" $?

# What was appended after the lock fills in the form, adds signatures and what proves them, and does
# nothing else. It is read as any reader of PDFs does: by its tables of objects, from the end of the
# file (ISO 32000-1, 7.5). What draws a field is cut off at its edges (12.5.5).
objects() { in_text <agreement.pdf | awk -v size="$size" '{ line[NR] = $0; at[offset] = NR; begins[NR] = offset; offset += length($0) + 1 }
function fail() { bad = 1; return "" }
function token(   rest, got) { # the next one from line n, column col
  for (rest = substr(line[n], col); rest ~ /^ / || rest == ""; rest = substr(line[n], col))
    if (rest != "") { match(rest, /^ +/); col += RLENGTH }
    else { col = 1; if (++n > NR) return fail() }
  if (rest ~ /^\(/) return words()
  if (!match(rest, /^(<<|>>|\[|\]|\/[^] ()<>[{}\/%?]*|<[0-9A-Fa-f]*>|[^] ()<>[{}\/%?]+)/)) return fail()
  got = substr(rest, 1, RLENGTH); col += RLENGTH
  return got
}
function words(   depth, one, got) { # a string: brackets in it are balanced or escaped
  do {
    one = substr(line[n], col++, 1)
    if (one == "") { col = 1; one = "?"; if (++n > NR) return fail() }
    if (one == "\\") one = one substr(line[n], col++, 1)
    if (one == "(") depth++
    if (one == ")") depth--
    got = got one
  } while (depth > 0)
  return got
}
function dictionary(into,   depth, count, t, i, key) { # leaves keys and values; each key stands once
  split("", into); col = 1; count = 0
  do {
    t[++count] = token()
    if (t[count] == "<<") depth++
    if (t[count] == ">>") depth--
  } while (depth > 0 && !bad)
  if (t[1] != "<<") return fail()
  for (i = 2; i < count && !bad; ) {
    key = t[i++]
    if (key !~ /^\/[^#]+$/ || key in into) return fail()
    if (t[i + 2] == "R") {
      into[key] = t[i] " " t[i + 1] " R"; i += 3
      continue
    }
    into[key] = t[i]; depth = (t[i] ~ /^(<<|\[)$/) - (t[i] ~ /^(>>|\])$/)
    for (i++; depth > 0 && i < count; i++) {
      into[key] = into[key] " " t[i]; depth += (t[i] ~ /^(<<|\[)$/) - (t[i] ~ /^(>>|\])$/)
    }
    if (depth != 0) return fail()
  }
}
function object(number, where, into) { # the dictionary of an object that begins with line `where`
  n = where + 1
  if (!where || line[where] != number " 0 obj") return fail()
  dictionary(into)
}
function table(where,   head, row, i) { # leaves rows[number] = line, and its trailer
  split("", rows); n = where
  if (!n || line[n++] != "xref") return fail()
  while (line[n] ~ /^[0-9]+ [0-9]+$/) {
    split(line[n++], head, " ")
    for (i = head[1]; i < head[1] + head[2]; i++) {
      if (line[n] !~ /^[0-9]+ [0-9]+ [nf][ ?]$/ || length(line[n]) != 19 || i in rows) return fail()
      split(line[n++], row, " ")
      if (i > 0 && row[3] !~ /^n/) return fail()
      rows[i] = at[row[1] + 0]
    }
  }
  delete rows[0]
  if (line[n++] != "trailer") return fail()
  dictionary(trailer)
  if ("/XRefStm" in trailer) fail()
}
function chain(end, into,   count, prev) { # the tables of a file that ends with this line, newest first
  if (line[end] != "%%EOF" || line[end - 2] != "startxref") return fail()
  for (prev = line[end - 1]; prev != "" && !bad; prev = trailer["/Prev"]) {
    if (prev !~ /^[0-9]+$/ || (count && prev + 0 >= begins[into[count]])) return fail()
    into[++count] = at[prev + 0]
    table(into[count])
  }
  return count
}
function number_of(reference) { return reference ~ /^[1-9][0-9]* 0 R$/ ? reference + 0 : fail() }
function grown(list,   key, old, now) { # what the list gained at its end, if nothing else changed
  for (key in before) if (key != list && before[key] != after[key]) return fail()
  for (key in after) if (key != list && !(key in before)) return fail()
  old = list in before ? before[list] : "[ ]"; now = after[list]
  sub(/\]$/, "", old)
  if (index(now, old) != 1 || now !~ /^\[ ([0-9]+ 0 R )*\]$/) return fail()
  return substr(now, length(old) + 1)
}
function stamps(gained,   count, each, i) { # fields of archive time stamps, out of sight
  count = split(gained, each, " ")
  for (i = 1; i < count && !bad; i += 3) {
    object(each[i], fresh[each[i]], field)
    if (field["/FT"] != "/Sig" || "/AP" in field || "/Kids" in field ||
      field["/Rect"] != "[ -9999 -9999 -9999 -9999 ]") fail()
  }
}
function fills(number,   kept, i) { # each field once, where it stands
  if (filled[number]++ || before["/Subtype"] != "/Widget") return fail()
  split("/Type /Subtype /FT /Rect /T /P", kept, " ")
  for (i in kept) if (before[kept[i]] != after[kept[i]]) fail()
}
function may(number) {
  if (line[fresh[number]] != number " 0 obj") return fail()
  if (number >= born) { if (number in place) fail(); return }
  object(number, place[number], before); object(number, fresh[number], after)
  if (number == proofs) { if (after["/Type"] !~ /^(\/DSS)?$/) fail() }
  else if (number == form) grown("/Fields")
  else if (before["/Type"] == "/Page") stamps(grown("/Annots"))
  else fills(number)
}
function judge(   all, locked, count, below, i, number, begin, root) {
  for (i = NR; i > 0 && begins[i] >= size; i--); # the last line of what was locked
  below = chain(i, locked)
  for (i = below; i > 0 && !bad; i--) {
    table(locked[i])
    for (number in rows) {
      place[number + 0] = rows[number]
      if (number + 0 >= born) born = number + 1
    }
  }
  root = trailer["/Root"]
  object(number_of(root), place[root + 0], catalog)
  form = number_of(catalog["/AcroForm"]); proofs = number_of(catalog["/DSS"])
  count = chain(NR, all)
  for (i = 1; i <= below; i++) if (all[count - i + 1] != locked[below - i + 1]) fail()
  for (i = count - below; i > 0 && !bad; i--) {
    table(all[i])
    if (trailer["/Root"] != root) fail()
    split("", fresh)
    begin = i == count - below ? size : begins[all[i + 1]]
    for (number in rows) {
      fresh[number + 0] = rows[number]
      if (begins[rows[number]] < begin || rows[number] >= all[i]) fail()
    }
    for (number in fresh) may(number + 0)
    for (number in fresh) place[number] = fresh[number]
  }
}
function references(list, into,   count, part, i, found) {
  count = split(list, part, " ")
  for (i = 3; i <= count; i++) if (part[i] == "R") into[++found] = part[i - 2]
  return found + 0
}
function digits(number,   said) { # where the digits of an embedded file stand, and how many
  object(number, place[number], said)
  if (said["/Filter"] == "/FlateDecode") return "packed\n"
  if (said["/Filter"] != "/ASCIIHexDecode" || line[n + 1] != "stream" || line[n + 3] != "endstream" ||
    said["/Length"] != length(line[n + 2]) || line[n + 2] !~ /^[0-9a-f]*>$/) fail()
  return begins[n + 2] " " said["/Length"] - 1 "\n"
}
function carried(   all, end, i, number, files, file, said, contents, content, told) {
  for (end = NR; end > 0 && line[end] != "%%EOF"; end--); # what follows is another question
  for (i = chain(end, all); i > 0 && !bad; i--) {
    table(all[i])
    for (number in rows) place[number + 0] = rows[number]
  }
  object(number_of(trailer["/Root"]), place[trailer["/Root"] + 0], catalog)
  files = references(catalog["/AF"] " " catalog["/Names"], file)
  for (i = 1; i <= files && !bad; i++) {
    object(file[i], place[file[i]], said)
    if (said["/F"] != said["/UF"] || said["/F"] !~ /^[(](agreement|slots)([.]|[\\]056)json[)]$/) fail()
    contents = said["/F"] ~ /agreement/ ? references(said["/EF"], content) : 0
    for (; contents > 0; contents--) told = told digits(content[contents])
  }
  if (!bad) printf "%s", told
}
END { judge(); if (!bad) print "only filled"; bad = 0; split("", place); carried() }
'
}
carries_no_other() { # what the PDF carries under any name of the agreement's is the agreement
  grep '^[0-9]' "$scratch/objects" | while read -r begin length; do
    between "$begin" $((begin + length)) | bytes | cmp -s - agreement.json || exit 1
  done
}
if [ "$earlier" ]; then not_judged "updates only fill in and sign 定稿以后只填写和签名"
else
  objects >"$scratch/objects"
  grep -qx 'only filled' "$scratch/objects"
  tell "updates only fill in and sign 定稿以后只填写和签名" $?
fi
if [ "$earlier" ] || { grep -qx packed "$scratch/objects" && carries_no_other; }; then
  not_judged "the agreement inside the PDF, which is packed PDF 内嵌数据是压缩的"
else
  grep -q '^[0-9]' "$scratch/objects" && carries_no_other
  tell "the agreement inside the PDF PDF 内嵌数据" $?
fi

# Who signs for the committee comes after the parties (人民调解法 art. 29), then the seal.
officials() {
  for role in mediator recorder; do
    sed -n "/^\"$role\":\$/,/^\"signer_id\"/s/^\"signer_id\":\"\([^\"]*\)\".*/\1/p" "$scratch/lines"
  done
}
in_order() {
  officials >"$scratch/officials"
  grep -v '^(' "$scratch/order" >"$scratch/people"
  {
    echo '(lock)'
    grep -vxF -f "$scratch/officials" "$scratch/people"
    cat "$scratch/officials"
    echo '(seal)'
    grep -x '(stamp)' "$scratch/order"
  } | cmp -s - "$scratch/order"
}
one_each() { sort "$scratch/people" | cmp -s - "$scratch/folders_of_signers"; }
if [ "$earlier" ]; then
  not_judged "signatures in the PDF: an earlier record, sealed alone 早先格式，PDF 仅有印章签名"
else
  in_order && one_each
  tell "order of the signatures in the PDF, one for each signer PDF 内每人一签、依次" $?
fi
if [ ! -s "$scratch/elsewhere" ]; then
  ! [ -e "$scratch/in_sm2" ] || (exit $unknown)
  tell "certificates in the PDF by that issuer PDF 内各证书由该签发证书签发" $?
elif [ "$given" ]; then tell "certificates in the PDF by that issuer PDF 内各证书由该签发证书签发" 1
else not_judged "certificates by another issuer 另有签发者的证书: $(tr '\n' ' ' <"$scratch/elsewhere")"; fi

# The ASiC-E container beside the folder names the same digests under the seal's signature.
reference='<asic:DataObjectReference URI="%s"><ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
reference="$reference<ds:DigestValue>%s</ds:DigestValue></asic:DataObjectReference>\\n"
asic='xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
our_container() { # the one form of its manifest
  echo '<?xml version="1.0" encoding="UTF-8"?>'
  echo "<asic:ASiCManifest $asic>"
  echo '<asic:SigReference URI="META-INF/signature001.p7s" MimeType="application/pkcs7-signature"/>'
  for name in manifest.json manifest.sig SHA256SUMS; do echo "$(sum $name)  $name"; done |
    cat SHA256SUMS - | sort -k 2 | while read -r digest name; do
    # shellcheck disable=SC2059  # the form is our own
    printf "$reference" "$record/$name" "$(echo "$digest" | tr a-f A-F | basenc --base16 -d 2>/dev/null | base64 -w 0)"
  done
  echo '</asic:ASiCManifest>'
}
# OpenSSL takes no notice of what the signature's own file holds beside the signed parts.
made_as_ours() { # made_as_ours SIGNATURE: by the certificates of this record, and of this form
  openssl cms -verify -noverify -nointern -certfile trust/seal.pem -binary -inform DER -in "$1" \
    -content $container/ASiCManifest001.xml -out /dev/null -certsout "$scratch/two" 2>/dev/null &&
    sort trust/seal.pem trust/issuer.pem >"$scratch/ours" && sort "$scratch/two" | cmp -s - "$scratch/ours" &&
    [ "$(parsed "$1" | sed -n "$unsigned" | grep -v -e '^6 INTEGER' -e '^5 OCTET' | tr -s ' \n' ' ')" = "$form" ] &&
    ! parsed "$1" | grep -q -e 'prim: SE' -e 'prim: cont' &&
    basenc --base16 -w0 "$1" | grep -qF "$(named_by_issuer trust/seal.pem)"
}
unsigned='/:d=3 .*cont \[ 0 \]/,/:d=3 .* SET /!s/^ *[0-9]*:d=\([1-6]\) .* prim: */\1 /p'
form="1 OBJECT :pkcs7-signedData 3 INTEGER :01 5 OBJECT :sha256 5 NULL 4 OBJECT :pkcs7-data 5 INTEGER :01"
form="$form 6 OBJECT :sha256 6 NULL 6 OBJECT :ecdsa-with-SHA256 "
named_by_issuer() { # a certificate's issuer and number, as a signature names it (RFC 5652, 5.3)
  der <"$1" >"$scratch/one" && parsed "$scratch/one" | sed -n '/:d=2 /p' >"$scratch/inside"
  for place in 4 2; do cut_out "$scratch/one" "$(sed -n ${place}p "$scratch/inside")"; done | basenc --base16 -w0
}
if [ -d $container ]; then
  made_as_ours $container/signature001.p7s && our_container | cmp -s - $container/ASiCManifest001.xml
  tell "container ASiC-E 容器" $?
else
  not_judged "the ASiC-E container ASiC-E 容器"
fi

# Each renewal of the archive time stamp lies beside this folder: a list of digests of all that
# was there before, and a token over that list.
tell_stamped() { # tell_stamped WHAT HELD: a stamp from elsewhere proves something to who trusts it
  if [ "$2" -ne 0 ] || issued "$scratch/stamper" timestampsign; then tell "$1" "$2"
  elif [ "$given" ]; then tell "certificate of the $1" 1
  else not_judged "$1: by another authority 由别的机构加盖"; fi
}
all_before() { # all_before FOLDER: the digests that its list has to hold, by their paths in the ZIP
  {
    find . ! -type d -exec "${digest}sum" {} +
    [ $container = META-INF ] || find ../META-INF ! -type d -exec "${digest}sum" {} + 2>/dev/null
    for earlier_one in ../renewals/[0-9]*/; do
      [ "${earlier_one%/}" != "$1" ] || break
      find "${earlier_one%/}" ! -type d -exec "${digest}sum" {} +
    done
    "${digest}sum" "$1/appended.pdf"
  } | sed -e 's#  \./META-INF/#  META-INF/#' -e "s#  \./#  $record/#" -e 's#  \.\./#  #' | sort -k 2
}
renewed() { # renewed FOLDER
  [ "$(basename "$1")" = "$(printf %03d $renewals)" ] && [ -f "$1/appended.pdf" ] &&
    [ "$(find "$1" ! -type d | wc -l)" -eq 3 ] || return 1
  for digest in sha256 sha384 sha512; do
    list=$1/$(echo $digest | tr a-z A-Z)SUMS
    [ -f "$list" ] || continue
    all_before "$1" | cmp -s - "$list" && stamped "$1/stamp.tst" "$list" $digest
    return
  done
  false
}
renewals=0
for folder in ../renewals/*/; do
  [ -d "$folder" ] || continue
  renewals=$((renewals + 1))
  renewed "${folder%/}"
  tell_stamped "archive time stamp, renewal 存档时间戳续期 $(basename "$folder")" $?
done
if [ -d ../renewals ]; then
  only "\.\./$of_renewals" ../renewals
  tell "archive time stamp: nothing but renewals lies there 续期文件夹内无其他文件" $?
fi
if [ -f ../renewals/agreement.pdf ]; then
  [ $renewals -gt 0 ] && cat agreement.pdf ../renewals/*/appended.pdf 2>/dev/null |
    cmp -s - ../renewals/agreement.pdf
  tell "archive time stamp: renewals/agreement.pdf only adds to agreement.pdf 续期只在原文件后追加" $?
fi

if [ -f log/checkpoint.tst ]; then
  stamped log/checkpoint.tst log/checkpoint.txt
  tell "time stamp of the checkpoint 检查点的时间戳" $?
else
  not_judged "the checkpoint's time stamp, there is none 检查点没有时间戳"
fi

not_judged "how long the archive time stamp lasts 存档时间戳的有效期"
not_judged "the log's checkpoint and proofs, whose root stamped 日志检查点及时间戳的根证书"
not_judged "the words in the blanks of the PDF PDF 所填内容"
echo "issuer 签发证书 SHA-256: $(openssl x509 -in "$anchor" -noout -fingerprint -sha256 | cut -d= -f2)"
exit $failed
