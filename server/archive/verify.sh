#!/bin/sh
# Checks a record on a Linux machine. 在 Linux 电脑上核验本卷。
# 用法 usage: sh verify.sh [issuer.pem [folder [stamps.pem]]]
# It takes nothing but a POSIX shell that counts in 64 bits (dash, bash, busybox, ksh93; not mksh)
# and the programs 只用到按 64 位计数的 POSIX shell（dash、bash、busybox、ksh93，不能用 mksh）和以下程序
# - of GNU coreutils, 8.31 or newer: base64 basename basenc cat comm csplit cut date dirname fold
#   head mktemp paste rm sha1sum sha256sum sha384sum sha512sum sort tac tail tr uniq wc;
# - openssl: OpenSSL, 3.0 or newer.
# Text is looked for with the patterns of the shell's own `case`. 查找文字用 shell 自带的 case。
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
# A check whose program is missing must not look as if it had held. 缺少程序时不作判断。
for program in base64 basename basenc cat comm csplit cut date dirname fold head mktemp openssl paste rm \
  sha1sum sha256sum sha384sum sha512sum sort tac tail tr uniq wc; do
  command -v "$program" >/dev/null || { echo "missing program 缺少程序: $program"; exit 2; }
done
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

unknown=77
controls="*[$(printf '\001')-$(printf '\037\177')]*"
say() { # say WORDS: names come from the record, so that nothing in them begins another line
  # shellcheck disable=SC2254  # it is a pattern
  case $1 in
  $controls)
    printf %s "$1" | tr '\001-\037\177' '[?*]'
    echo ;;
  *) printf '%s\n' "$1" ;;
  esac
}
tell() { # tell NAME STATUS
  if [ "$2" -eq 0 ]; then say "OK      $1"
  elif [ "$2" -eq $unknown ]; then not_judged "$1: SM2, this OpenSSL has none 本机 OpenSSL 不支持 SM2"
  else say "FAILED  $1"; failed=1; fi
}
not_judged() { say "?       $1 (not judged here 此处未判断)"; }
sum() { sha256sum <"$1" | cut -c1-64; }

# What stands in for other programs 代替其他程序的几个函数
same() { # same FILE: as what is read
  sha256sum - "$1" 2>/dev/null | {
    read -r this skipped && read -r that skipped && [ "$this" = "${that#\\}" ]
  }
}
nothing() { ! { IFS= read -r any || [ "$any" ]; }; } # whether nothing is read, of what has no byte 0
in_text() { tr -c '\n -~' '?'; } # no variable of a shell holds a byte 0, and a PDF has many
has() { case $1 in *"$2"*) ;; *) return 1 ;; esac; } # has WORDS TEXT
holds() { has "$(in_text)" "$1"; }                   # holds TEXT: what is read does
of_file='' in_file=''
says() { # says FILE TEXT: one of the record's files that is asked again is not read again
  [ -f "$1" ] || return 1
  case $1 in
  "$scratch"/*) holds "$2" <"$1"; return ;;
  "$of_file") ;;
  *) of_file=$1 in_file=$(in_text <"$1") ;;
  esac
  has "$in_file" "$2"
}
lines_like() { # lines_like PATTERN: those of the lines read that a pattern of the shell fits
  while IFS= read -r one || [ "$one" ]; do
    # shellcheck disable=SC2254  # it is a pattern
    case $one in $1) printf '%s\n' "$one" ;; esac
  done
}
lines_unlike() { # and the others
  while IFS= read -r one || [ "$one" ]; do
    # shellcheck disable=SC2254  # it is a pattern
    case $one in $1) ;; *) printf '%s\n' "$one" ;; esac
  done
}
lines_with() { # lines_with TEXT: those that have it
  while IFS= read -r one || [ "$one" ]; do
    case $one in *"$1"*) printf '%s\n' "$one" ;; esac
  done
}
any_like() { # any_like PATTERN: whether it fits one of the lines read
  while IFS= read -r one || [ "$one" ]; do
    # shellcheck disable=SC2254  # it is a pattern
    case $one in $1) return 0 ;; esac
  done
  return 1
}
nth() { tail -n "+$1" | head -n 1; } # nth NUMBER: that one of the lines read
behind() { # behind WORDS: what follows them, where they stand first in a line that is read
  IFS= read -r whole || [ "$whole" ] || return 0
  before=${whole%%"$1"*}
  [ "$before" = "$whole" ] || printf '%s\n' "$whole" | tail -c "+$((${#before} + ${#1} + 1))"
}

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
  case $( (nth 2 <"$1") 2>/dev/null) in MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE*) ;; *) return 1 ;; esac
}
fits() { # fits KEY SIGNATURE FILE: the key is PEM
  if sm2_key "$1"; then
    knows_sm2 || return $unknown
    by_sm2 -verify -pubin -inkey "$1" -sigfile "$2" -in "$3"
  else openssl dgst -sha256 -verify "$1" -signature "$2" "$3" >/dev/null 2>&1; fi
}
# What is issued for one signing names its statement, and is nobody's seal. 为一次签名签发的证书不作印章。
of_one_signing='*:2.25.147695838549358324613260014637242023729'
no_signer() { ! openssl asn1parse -in "$1" 2>/dev/null | any_like "$of_one_signing"; } # no_signer PEM
sealed_by_sm2() {
  no_signer trust/pdf-seal.pem || return 1
  knows_sm2 || return $unknown
  openssl verify -no_check_time -x509_strict -vfyopt $identity -CAfile "$anchor" \
    -untrusted trust/pdf-seal-issuer.pem trust/pdf-seal.pem >/dev/null 2>&1 &&
    as_pem trust/pdf-seal.pem && as_pem trust/pdf-seal-issuer.pem
}

# JSON has one form here (RFC 8785): sorted keys, none twice, whole numbers, no blanks, no escapes that
# need none, at most 64 deep; so that nobody reads what another did not. JSON 只有一种写法。
# The text is cut at its quotes, so that what is outside of strings and what is inside come by turns.
canonical() { # canonical FILE: one value and no more; leaves its own members, one a line
  [ -f "$1" ] && [ "$(wc -l <"$1")" -eq 0 ] && members_of_all "$1" >"$scratch/members"
}
all_canonical() { # all_canonical FILE: each line is one value, and ends; leaves the members of each
  [ -z "$(tail -c 1 "$1")" ] && members_of_all "$1" >"$scratch/members"
}
new_line='
'
line_end=$(printf '\r') text_end=$(printf '\f') beyond_ascii='*[! -~]*' backslash=\\
members_of_all() { # tabs stand for what is beyond ASCII; names come as "number-of-object name"
  in_utf8 "$1" && { cat "$1" && printf '\f'; } | tr '\n"\177-\377' '\r\n[\t*]' | (
    set -f
    values 3>"$scratch/names" && sort -s -k 1,1 "$scratch/names" | sort -c -u 2>/dev/null
  )
}
values() { # `open` has a bracket for each that is open, the last first, `next` what may come
  next=value open='' deep=0 objects=1000000 found=0 shown='' own=''
  while IFS= read -r piece || [ "$piece" ]; do
    outside || return 1
    [ "$next" != nothing ] || return 0
    string_inside && whole_string || return 1
  done
  return 1
}
outside() { # between two commas there is never much
  IFS=,
  # shellcheck disable=SC2086  # cut at its commas
  set -- $piece"$new_line"
  IFS=' '
  while :; do
    left=$1
    [ ${#left} -lt 300 ] || return 1
    while [ "$left" ] && [ "$left" != "$new_line" ]; do
      sign && left=${left#"$got"} || return 1
    done
    shift
    [ $# -gt 0 ] || return 0
    comma || return 1
  done
}
sign() { # takes what is left begins with, and leaves it in `got`
  got=${left%"${left#?}"}
  case $left in
  :*) [ "$next" = colon ] && next=value && keep : ;;
  '{'* | '['*) opens ;;
  '}'* | ']'*) closes ;;
  true* | null*) plain_value "${left%"${left#????}"}" ;;
  false*) plain_value false ;;
  [-0-9]*) number ;;
  "$line_end"* | "$text_end"*) ends ;;
  *) return 1 ;;
  esac
}
opens() {
  [ $deep -lt 64 ] && { [ "$next" = value ] || [ "$next" = first ]; } || return 1
  if [ $deep -gt 0 ]; then keep "$got"
  elif [ "$got" = '{' ]; then shown=yes
  else shown=''; fi
  if [ "$got" = '{' ]; then objects=$((objects + 1)) open="{$objects $open" next=first_name
  else open="[ $open" next=first; fi
  deep=$((deep + 1))
}
closes() {
  case $got$next$open in
  '}after{'* | '}first_name{'* | ']after['* | ']first['*) ;;
  *) return 1 ;;
  esac
  deep=$((deep - 1)) open=${open#* }
  if [ $deep -gt 0 ]; then keep "$got"
  elif [ $next = after ]; then end_of_member; fi
  next=after
}
comma() {
  case $next$open in
  'after{'*) next=name ;;
  'after['*) next=value ;;
  *) return 1 ;;
  esac
  if [ $deep -eq 1 ]; then end_of_member; else keep ,; fi
}
ends() { # a line, or the whole text
  case $got$next$open in
  "${line_end}after") next=value found=1 ;;
  "${text_end}after") next=nothing ;;
  "${text_end}value") [ $found -eq 1 ] && next=nothing ;;
  *) return 1 ;;
  esac
}
plain_value() {
  [ "$next" = value ] || [ "$next" = first ] || return 1
  next=after got=$1
  keep "$1"
}
number() {
  case $left in 0[0-9]* | -[!1-9]*) return 1 ;; esac
  digits=${left#-}
  digits=${digits%%[!0-9]*}
  [ ${#digits} -lt 16 ] || { [ ${#digits} -eq 16 ] && [ "$digits" -le 9007199254740991 ]; } || return 1
  case $left in -*) plain_value "-$digits" ;; *) plain_value "$digits" ;; esac
}
string_inside() { # reads on to its end: a quote that is escaped goes on with the string
  string=''
  while IFS= read -r piece; do
    escapes "$piece"
    case $? in
    0) string=$string$piece; return ;;
    2) string=$string$piece\" ;;
    *) return 1 ;;
    esac
  done
  return 1
}
escapes() { # whether those of RFC 8785 are all that there are; 2: the quote behind it is escaped
  case $1 in *\\*) ;; *) return 0 ;; esac
  IFS=$backslash
  # shellcheck disable=SC2086  # cut at its backslashes
  set -- $1"$new_line"
  IFS=' '
  while [ $# -gt 1 ]; do
    case $2 in
    '') [ $# -gt 2 ] && shift ;;
    "$new_line") [ $# -gt 2 ] || return 2; return 1 ;;
    [bfnrt]* | u000[0-7bef]* | u001[0-9a-f]*) ;;
    *) return 1 ;;
    esac
    shift
  done
}
whole_string() {
  case $string in *"$line_end"*) return 1 ;; esac
  case $next in
  value | first) next=after ;;
  name | first_name)
    # shellcheck disable=SC2254  # it is a pattern
    case $string in $beyond_ascii | *\\*) return 1 ;; esac
    object=${open%% *}
    printf '%s %s\n' "${object#?}" "$string" >&3
    next='colon' ;;
  *) return 1 ;;
  esac
  keep "\"$string\""
}
keep() { # keep TEXT: of the members of an object that is the whole value
  [ "$shown" ] || return 0
  own=$own$1
  [ ${#own} -lt 500 ] || { printf %s "$own"; own=''; }
}
end_of_member() {
  [ ! "$shown" ] || printf '%s\n' "$own"
  own=''
}
# Each byte is put for its kind: a is ASCII, b to d go on with a character, e to k begin one, x is none
# that may be here. Then whatever five stand beside each other is looked at, each five once.
all_utf8=''
in_utf8() { # in_utf8 FILE: without half a character, nor any that JSON escapes; all are looked at together
  if [ ! "$all_utf8" ]; then
    all_utf8=no
    json_files | characters && all_utf8=yes
  fi
  [ $all_utf8 = yes ] || characters <"$1"
}
json_files() { # with a line of its name before each, so that none goes on with another's half of a character
  set --
  for one in manifest.json agreement.json log.jsonl signatures/*/statement.json attested/*/statement.json; do
    [ ! -f "$one" ] || set -- "$@" "$one"
  done
  tail -v -n +1 "$@" </dev/null
}
characters() { # whether what is read is made of them
  { echo; tr '\012\040-\177\200-\217\220-\237\240-\277\302-\337\340\341-\354\355\356\357\360\361-\363\364\000-\011\013-\037\300\301\365-\377' \
    'a[a*96][b*16][c*16][d*32][e*30]f[g*12]hggi[j*3]k[x*]'; } | tr '\n' a | tr -s a >"$scratch/kinds"
  { cat "$scratch/kinds" && echo aaaaa; } | fold -w 1 >"$scratch/kind.1"
  for later in 2 3 4 5; do tail -n "+$later" "$scratch/kind.1" >"$scratch/kind.$later"; done
  paste -d '\0' "$scratch"/kind.[1-5] | sort -u | whole_characters
}
whole_characters() {
  while read -r five; do
    case $five in
    [b-d]* | a | a[!b-d]* | e[b-d][!b-d]* | fd[b-d][!b-d]* | g[b-d][b-d][!b-d]* | h[b-c][b-d][!b-d]*) ;;
    i[c-d][b-d][b-d][!b-d] | j[b-d][b-d][b-d][!b-d] | kb[b-d][b-d][!b-d]) ;;
    *) return 1 ;;
    esac
  done
}

# What is no plain file may never end, and a list may name what is not in here.
# 链接可能指向读不完的东西；清单可能指向卷宗以外。
give_up() { tell "$1" 1; exit 1; }
things() { # things PATH: it and what lies below, each after a letter: d folder, f file, x neither
  if [ -L "$1" ]; then printf 'x%s\n' "$1"
  elif [ -d "$1" ]; then
    printf 'd%s\n' "$1"
    for below in "$1"/* "$1"/.[!.]* "$1"/..?*; do things "$below"; done
  elif [ -f "$1" ]; then printf 'f%s\n' "$1"
  elif [ -e "$1" ]; then printf 'x%s\n' "$1"; fi
}
files_of() { things "$1" | lines_like 'f*' | cut -c 2-; } # files_of FOLDER
for_each() { # for_each LIST COMMAND: one command for all files that a list names
  names=$1
  shift
  [ -s "$names" ] || return 0
  while IFS= read -r one; do set -- "$@" "$one"; done <"$names"
  "$@"
}
for folder in . ../META-INF ../renewals; do things "$folder"; done | lines_like 'x*' | nothing ||
  give_up "nothing but plain files 只有普通文件"
[ "$(things . | wc -l)" -le 2000 ] || give_up "not more files than any record has 文件过多，不像卷宗"
files_of . | cut -c 3- | sort >"$scratch/files"
# The names that a record may hold are those of FORMAT.md, so that no other agreement passes as part
# of it; and no two are one to a system that tells no case. 卷内只许有 FORMAT.md 所列的文件名。
plain() { case $1 in '' | [!0-9A-Za-z]* | *[!0-9A-Za-z_.-]*) return 1 ;; esac; } # plain NAME
of_a_record() { # of_a_record NAME
  case $1 in
  agreement.pdf | agreement.json | consents.json | identity.json | log.jsonl) ;;
  manifest.json | manifest.sig | SHA256SUMS | README.txt | FORMAT.md | verify.sh | verify.html) ;;
  trust/seal.pem | trust/issuer.pem | trust/pdf-seal.pem | trust/pdf-seal-issuer.pem | trust/log-stamps.pem) ;;
  log/checkpoint.txt | log/checkpoint.tst | log/proofs.json | log/public_key.pem) ;;
  recordings/*.jsonl) between_words recordings/ "$1" .jsonl ;;
  paper/*.jpg | paper/*.png | paper/*.pdf) between_words paper/ "$1" .??? ;;
  signatures/*/* | attested/*/*) of_who_signs "${1%/*}" "${1##*/}" ;;
  *) of_meta "$1" ;;
  esac
}
between_words() { # between_words START NAME END: whether what is between them is plain
  middle=${2#"$1"}
  # shellcheck disable=SC2295  # it is a pattern
  plain "${middle%$3}"
}
of_who_signs() { # of_who_signs FOLDER NAME
  plain "${1#*/}" || return 1
  case $1/$2 in
  */statement.json | */signature.bin | */public_key.pem) ;;
  signatures/*/certificate.pem | signatures/*/handwriting.png | signatures/*/strokes.json) ;;
  *) return 1 ;;
  esac
}
of_meta() { [ "$1" = META-INF/ASiCManifest001.xml ] || [ "$1" = META-INF/signature001.p7s ]; }
of_renewals() {
  case $1 in
  renewals/agreement.pdf | renewals/[0-9][0-9][0-9]/appended.pdf) ;;
  renewals/[0-9][0-9][0-9]/stamp.tst | renewals/[0-9][0-9][0-9]/SHA256SUMS) ;;
  renewals/[0-9][0-9][0-9]/SHA384SUMS | renewals/[0-9][0-9][0-9]/SHA512SUMS) ;;
  *) return 1 ;;
  esac
}
only() { # only NAMES FOLDER: whether files of such names are all that it holds
  [ -d "$2" ] || return 0
  things "$2" >"$scratch/things"
  lines_like 'f*' <"$scratch/things" >"$scratch/said"
  while IFS= read -r name; do "$1" "${name#*/}" || return 1; done <"$scratch/said"
  tr A-Z a-z <"$scratch/said" | sort | uniq -d | nothing && none_bare
}
none_bare() { # a folder without a file tells something in some ZIPs, and is not there in others
  lines_like 'f*' <"$scratch/things" | cut -c 2- | while IFS= read -r name; do
    while [ "$name" != "${name%/*}" ]; do name=${name%/*}; printf '%s\n' "$name"; done
  done | sort -u >"$scratch/filled"
  lines_like 'd*' <"$scratch/things" | cut -c 2- | sort | comm -23 - "$scratch/filled" | nothing
}
container=META-INF
[ -d $container ] || container=../META-INF
lists_only() { # lists_only LIST: whether what it names lies below here
  while read -r skipped name || [ "$skipped" ]; do
    case /$name/ in /[!0-9A-Za-z]* | */../*) return 1 ;; esac
  done <"$1"
}

as_pem() { # as_pem FILE: one block, lines of 64 characters, nothing around it (RFC 7468, 3)
  [ -f "$1" ] && IFS= read -r kind <"$1" || return 1
  case $kind in '-----BEGIN '*-----) ;; *) return 1 ;; esac
  kind=${kind#-----BEGIN }
  case ${kind%-----} in *[!A-Z\ ]*) return 1 ;; esac
  {
    echo "-----BEGIN $kind"
    inner_lines <"$1" | base64 -d 2>/dev/null | base64 -w 64
    echo "-----END $kind"
  } | same "$1"
}
inner_lines() { # those between the first and the last
  IFS= read -r skipped
  inner=''
  while IFS= read -r one || [ "$one" ]; do
    [ ! "$inner" ] || printf '%s\n' "$inner"
    inner=$one
  done
}
block() { tail -n +2 | head -n -1 | base64 -d 2>/dev/null; } # what stands between the first line and the last
# Who certified the seal may be certified by others himself. To a root that was given the record's own
# issuer may lead, and is not believed for standing here; where none was given, it is taken as it stands.
# 给出根证书的，本卷的签发证书须由它签发；没有给出的，只看本卷自身是否一致。
between=-partial_chain
[ ! "$given" ] || between='-untrusted trust/issuer.pem'
of_a_seal() {
  # shellcheck disable=SC2086  # one word, or two
  openssl verify $between -no_check_time -x509_strict -CAfile "$anchor" trust/seal.pem >/dev/null 2>&1 &&
    no_signer trust/seal.pem
}
of_a_seal && as_pem trust/seal.pem && as_pem trust/issuer.pem
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
: >"$scratch/manifest"
well_formed() {
  # shellcheck disable=SC2086  # they are words
  canonical manifest.json && cat "$scratch/members" >"$scratch/manifest" &&
    cut -d : -f 1 "$scratch/manifest" | same_names $members &&
    while IFS= read -r one; do typed || return 1; done <"$scratch/manifest"
}
same_names() { printf '"%s"\n' "$@" >"$scratch/said" && same "$scratch/said"; }
typed() { # whether a member of the manifest has a value of its kind
  value=${one#*:}
  case $one in
  '"agreement_sha256":"'* | '"case_id":"'* | '"committee_id":"'* | '"committee_name":"'*) ;;
  '"locked_pdf_sha256":"'* | '"log_head":"'* | '"number":"'* | '"files":{'* | '"v":1') ;;
  '"effective_on":"'*) unquoted && a_day "$value" ;;
  '"locked_pdf_size":'*) case $value in *[!0-9]*) return 1 ;; esac ;;
  '"record_id":"'*) unquoted && plain "$value" ;;
  '"sealed_at":"'*T[01][0-9]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'"' | \
    '"sealed_at":"'*T2[0-3]:[0-5][0-9]:[0-5][0-9].[0-9][0-9][0-9]Z'"')
    unquoted && a_day "${value%T*}" ;;
  '"signers":['*) of_signers ;;
  *) return 1 ;;
  esac
}
unquoted() { value=${value#?} value=${value%?}; } # takes away the first sign of the value and the last
of_signers() { # whether they have plain names, and none stands twice
  unquoted
  [ "$value" ] || return 0
  printf '%s\n' "$value" | tr , '\n' >"$scratch/said"
  while IFS= read -r one; do
    case $one in '"'*'"') one=${one#?} ;; *) return 1 ;; esac
    plain "${one%?}" || return 1
  done <"$scratch/said"
  sort "$scratch/said" | uniq -d | nothing
}
member() { # member NAME: of those read, the text that one of them says
  lines_like "\"$1\":\"*" | cut -d : -f 2- | head -n 1 | {
    IFS= read -r one
    one=${one#?}
    printf '%s\n' "${one%?}"
  }
}
well_formed
tell "form of the manifest 清单格式" $?
each_listed() { # each file of the list as the manifest has it; SM3 counts where the manifest has one
  { cat SHA256SUMS; echo "$(sum SHA256SUMS)  SHA256SUMS"; } | sort -k 2 >"$scratch/listed"
  cut -c 67- "$scratch/listed" >"$scratch/said"
  for_each "$scratch/said" wc -c >"$scratch/sizes" 2>/dev/null
  for_each "$scratch/said" openssl dgst -sm3 -r >"$scratch/sm3" 2>/dev/null
  left=$(lines_like '"files":{*' <"$scratch/manifest")
  next_is '"files":{' || return 1
  as_the_manifest <"$scratch/listed" 4<"$scratch/sizes" 5<"$scratch/sm3" && [ "$left" = '}' ]
}
as_the_manifest() { # reads digests and names; 4 has the size of each, 5 its SM3
  comma=''
  while read -r digest name; do
    read -r size skipped <&4 && { read -r sm3 skipped <&5 || sm3=''; } &&
      next_is "$comma\"$name\":{\"sha256\":\"$digest\",\"size\":$size,\"sm3\":" &&
      { next_is null || in_sm3; } && next_is '}' || return 1
    comma=,
  done
}
next_is() { # next_is TEXT: whether what is left of the manifest begins with it
  case $left in "$1"*) left=${left#"$1"} ;; *) return 1 ;; esac
}
in_sm3() { # that digest; or any, where this OpenSSL has none
  if [ "$sm3" ]; then next_is "\"$sm3\""
  else
    sm3=${left#\"}
    sm3=${sm3%%\"*}
    case $sm3 in *[!0-9a-f]*) return 1 ;; esac
    [ ${#sm3} -eq 64 ] && next_is "\"$sm3\""
  fi
}
sums_in_order() { # of the one form that sha256sum writes, by name
  tr '\000' '\n' <SHA256SUMS | while IFS= read -r one || [ "$one" ]; do
    digest=${one%%  *}
    case $digest in *[!0-9a-f]*) exit 1 ;; esac
    case ${one#"$digest"} in '  '[0-9A-Za-z]*) ;; *) exit 1 ;; esac
  done && sort -c -k 2 SHA256SUMS 2>/dev/null && [ -z "$(tail -c 1 SHA256SUMS)" ]
}
record=$(member record_id <"$scratch/manifest")
says manifest.json "\"SHA256SUMS\":{\"sha256\":\"$(sum SHA256SUMS)\"" && sums_in_order
tell "list of digests 摘要表" $?

all_intact() {
  lists_only SHA256SUMS && sha256sum --quiet --strict -c SHA256SUMS >/dev/null 2>&1 && each_listed
}
all_intact
tell "every file 全部文件" $?

listed_nowhere() { # what no list names: the lists themselves, and the container about them
  printf '%s\n' META-INF/ASiCManifest001.xml META-INF/signature001.p7s SHA256SUMS manifest.json manifest.sig
}
listed_nowhere | comm -13 - "$scratch/files" >"$scratch/found"
cut -c 67- SHA256SUMS | sort | same "$scratch/found"
tell "no file missing or added 无缺无多" $?
for folder in signatures/*/; do [ -d "$folder" ] && basename "$folder"; done |
  sort >"$scratch/folders_of_signers"
of_signers_alone() { # whoever has a folder is a signer by the manifest
  in_text <manifest.json | lines_like '*,"signers":\[*],"v":1}' | while IFS= read -r one; do
    one=${one##*,\"signers\":\[}
    printf '%s\n' "${one%],*}"
  done | tr -d '"' | tr , '\n' | sort | same "$scratch/folders_of_signers"
}
only of_a_record . && only of_meta ../META-INF && of_signers_alone
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
  if [ -e "$1" ]; then
    says "$folder/statement.json" "\"$2_sha256\":\"$(sum "$1")\"" && also_in_sm3 "$2" <"$1"
  else says "$folder/statement.json" "\"$2_sha256\":null" && tells_no_sm3 "$2"; fi
}
also_in_sm3() { # also_in_sm3 FIELD: the SM3 of what is read, where the statement tells one and OpenSSL has it
  [ -z "$agreement_sm3" ] || tells_no_sm3 "$1" ||
    [ "$(field "$folder/statement.json" "$1_sm3")" = "$(openssl dgst -sm3 -r | cut -c1-64)" ]
}
tells_no_sm3() { ! says "$folder/statement.json" "\"$1_sm3\":"; } # tells_no_sm3 FIELD
made_sm3() ( # made_sm3 FOLDER: of the files of such a list, as OpenSSL tells it, a hundred at a time
  cd "$1" || exit
  set --
  while read -r digest name; do
    set -- "$@" "${name#\*}"
    if [ $# -eq 100 ]; then openssl dgst -sm3 -r "$@" && set --; fi
  done
  [ $# -eq 0 ] || openssl dgst -sm3 -r "$@"
)
by_named_key() {
  names_this_key && fits "$folder/public_key.pem" "$folder/signature.bin" "$folder/statement.json"
}
names_this_key() {
  key=$( (block <"$folder/public_key.pem") 2>/dev/null | sha256sum | cut -c1-64)
  [ "$(field "$folder/statement.json" key_sha256)" = "$key" ] &&
    { (block <"$folder/public_key.pem") 2>/dev/null | also_in_sm3 key; }
}
of_itself() { # those members read that are neither objects nor lists
  while IFS= read -r one; do
    case ${one#*\":} in '['* | '{'*) ;; *) printf '%s\n' "$one" ;; esac
  done
}
of_this_text() { # by what it says itself, not by what stands in what was seen
  canonical "$folder/statement.json" && as_pem "$folder/public_key.pem" || return 1
  of_itself <"$scratch/members" >"$scratch/said"
  says "$scratch/said" "\"agreement_sha256\":\"$agreement\"" &&
    { [ -z "$agreement_sm3" ] || says "$scratch/said" '"agreement_sm3":null' ||
      says "$scratch/said" "\"agreement_sm3\":\"$agreement_sm3\""; } &&
    names_this_pdf
}
names_this_pdf() {
  says "$scratch/said" "\"pdf_sha256\":\"$locked\"" && head -c "$size" agreement.pdf | also_in_sm3 pdf
}
signed_by_own_key() {
  says "$folder/statement.json" "\"signer_id\":\"$name\"" &&
    pictured "$folder/handwriting.png" handwriting &&
    pictured "$folder/strokes.json" strokes &&
    by_named_key
}
# In what is signed no quotes of anybody's words stand bare, and a field comes before what was seen:
# the first of its name is its own.
field() { behind "\"$2\":\"" <"$1" | cut -d '"' -f 1; } # field FILE NAME
# Who signed the agreement too attests with the key of that signature, if it is of one suite with it:
# a server may have gone over to another in between.
by_own_key() { # by_own_key FOLDER
  attester=$(field "$1/statement.json" attester_id)
  case $attester in '' | *[!0-9A-Za-z._~-]* | .*) return 0 ;; esac
  set -- "signatures/$attester/public_key.pem" "$1/public_key.pem"
  [ ! -f "$1" ] || cat "$2" 2>/dev/null | same "$1" || other_suite "$1" "$2"
}
other_suite() {
  if sm2_key "$1"; then ! sm2_key "$2"; else sm2_key "$2"; fi
}
by_attester() { by_own_key "$folder" && by_named_key; }
size=$(in_text <manifest.json)
size=${size##*\"locked_pdf_size\":}
size=${size%%[!0-9]*}
case $size in '' | 0* | ????????????????*) size=0 ;; esac
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
for_purpose() { lines_like "$1 *" <"$scratch/purposes" | cut -d ' ' -f 2-; }
contents() { while read -r one; do cat "$one"; echo; done; } # of the files that are named
for_purpose compare_paper | contents >"$scratch/compared"
for scan in paper/*; do
  [ -f "$scan" ] || continue
  says "$scratch/compared" "\"sha256\":\"$(sum "$scan")\""
  tell "signature on paper, compared 纸质签署页已对照 ${scan#paper/}" $?
done
# Every page that was compared is here, too.
pages() { # pages DIGEST: of the statements read, as programs list files, where that digest is told
  while IFS= read -r statement; do
    printf '%s\n' "$statement" | behind '"pages":[' | tr '{' '\n' | lines_like '"file":"*' |
      while IFS= read -r page; do
        name=${page#'"file":"'} digest=${page##*\"$1\":\"}
        [ "$1" = sha256 ] || has "$page" "\"$1\":" || continue
        printf '%s  %s\n' "${digest%%\"*}" "${name%%\"*}"
      done
  done
}
pages_in_sm3() {
  pages sm3 <"$scratch/compared" >"$scratch/pages_in_sm3"
  [ -z "$agreement_sm3" ] || made_sm3 . <"$scratch/pages_in_sm3" 2>/dev/null |
    tr '*' ' ' | same "$scratch/pages_in_sm3"
}
pages sha256 <"$scratch/compared" >"$scratch/pages"
if [ -s "$scratch/pages" ]; then
  lists_only "$scratch/pages" && sha256sum --quiet --strict -c "$scratch/pages" >/dev/null 2>&1 &&
    pages_in_sm3
  tell "signature on paper, every page that was compared 所对照的各页俱在" $?
fi

# Where the text was locked to be sealed by two people: one released, another confirmed.
takes_two() {
  lines_with '"kind":"agreement.locked"' <log.jsonl | tail -n 1 | holds '"two_to_seal":true' ||
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
  says "$second" "\"release_sha256\":\"$(sum "$first")\"" && also_in_sm3 release <"$first" || return 1
  [ "$(field "$first" attester_id)" != "$(field "$second" attester_id)" ] &&
    [ "$(field "$first" key_sha256)" != "$(field "$second" key_sha256)" ] || return 1
  printf '%s\n' "$(field "$first" at)" "$(field "$second" at)" "$(field "$first" until)" |
    sort -c 2>/dev/null || return 1
  lines_with '"kind":"seal.applied"' <log.jsonl | tail -n 1 >"$scratch/sealed"
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

# Whether it was recorded a declaration says as log and manifest do; those of before say nothing of it.
as_recorded() { # as_recorded STATEMENT
  said=$(behind '"recording":' <"$1" | in_text)
  case $said in null*) return 0 ;; esac
  recorded=$((recorded + 1))
  case $said in '{"chunks":'*) said=${said%%\}*} ;; *) return 1 ;; esac
  chunks=${said#*\"chunks\":} head=${said#*\"head_sha256\":\"} id=${said#*\"id\":\"}
  chunks=${chunks%%,*} head=${head%%\"*} id=${id%%\"*}
  case $chunks in '' | 0* | *[!0-9]* | ????????????????*) return 1 ;; esac
  case $head in *[!0-9a-f]*) return 1 ;; esac
  [ ${#head} -eq 64 ] && plain "$id" || return 1
  says log.jsonl "\"facts\":{\"chunks\":$chunks,\"head\":\"$head\",\"recording\":\"$id\"},\"kind\":\"recording.head\"" ||
    return 1
  [ ! -f "recordings/$id.jsonl" ] ||
    any_like "{\"chain\":\"$head\"*,\"i\":$((chunks - 1)),*" <"recordings/$id.jsonl"
}
declarations=0 recorded=0 wrong=0
for_purpose record_declaration >"$scratch/declarations"
while read -r stated; do
  says "$stated" '"recording":' || continue
  declarations=$((declarations + 1))
  as_recorded "$stated" || wrong=1
done <"$scratch/declarations"
if [ $declarations -gt 0 ]; then
  as_told="whether declarations aloud were recorded is as log and manifest say"
  as_told="$as_told 口头表示是否录音录像，声明所记与日志和录制清单一致"
  tell "$as_told ($recorded/$declarations)" $wrong
fi

# Whoever the agreement names as a signer has a folder here, and nobody else has; or it says
# that he signs otherwise, and somebody attests that he did.
tr ',{[' '\n\n\n' <agreement.json >"$scratch/lines"
signer_in() { # signer_in LINE: prints who it is about
  rest=${1#'"signer_id":"'}
  case $1 in '"signer_id":"'*'"'*) ;; *) return 0 ;; esac
  case ${rest#*\"} in *[!]\}]*) ;; *) printf '%s\n' "${rest%%\"*}" ;; esac
}
by_route() { # by_route ROUTE: the signers whose lines of the agreement say so
  while IFS= read -r one; do
    [ "$one" = "\"route\":\"$1\"" ] || continue
    IFS= read -r one || [ "$one" ]
    signer_in "$one"
  done <"$scratch/lines"
}
by_own_hand() { # and those whose lines say neither "wet_ink" nor "witnessed"
  while IFS= read -r one || [ "$one" ]; do
    case $one in
    '"route":"w'*[!a-z_]*'"') ;;
    '"route":"w'*'"') IFS= read -r skipped ;;
    *) signer_in "$one" ;;
    esac
  done <"$scratch/lines"
}
on_paper() { # on_paper SIGNER
  tr '{' '\n' <"$scratch/compared" | lines_with "\"signer\":\"$1\"" >"$scratch/said"
  says "$scratch/said" '"fingerprint":true' || says "$scratch/said" '"signature":true'
}
before_witnesses() { # before_witnesses SIGNER
  for one in attested/*/statement.json; do
    if says "$one" "\"signers\":[\"$1\"]"; then echo "$one"; fi
  done | sort >"$scratch/spoken"
  ! for_purpose record_declaration | sort | comm -12 - "$scratch/spoken" | nothing &&
    each_once attester_id && each_once key_sha256 && names_others &&
    [ "$(contents <"$scratch/spoken" | witnesses | sort -u | wc -l)" -ge 2 ]
}
each_once() { # each_once FIELD: nobody, and no key, recorded and witnessed, or witnessed twice
  { for_purpose record_declaration; for_purpose witness_declaration; } | sort |
    comm -12 - "$scratch/spoken" |
    while read -r one; do field "$one" "$1"; done | sort | uniq -d | nothing
}
names_others() { # whether nobody who recorded it names himself as its witness
  for_purpose record_declaration | sort | comm -12 - "$scratch/spoken" |
    while read -r one; do
      attester_name <"$one" >"$scratch/recorder"
      echo "$one" | contents | witnesses | sort | comm -12 - "$scratch/recorder"
    done | nothing
}
attester_name() ( # as the statement that is read writes it, quotes and all
  set -f
  behind '"attester_name":"' | tr '"' '\n' | { string_inside && printf '%s\n' "$string"; }
)
witnesses() { # the name of each, of the statements read
  while IFS= read -r statement; do
    printf '%s\n' "$statement" | behind '"witnesses":[' | tr '"' '\n' | names_of_witnesses
  done
}
names_of_witnesses() ( # objects that hold texts alone, cut at their quotes
  set -f
  IFS= read -r around
  [ "$around" = '{' ] || exit
  name=''
  while IFS= read -r key && IFS= read -r colon && string_inside && IFS= read -r around; do
    case $key$colon in *[!a-z]*: | *[!:]) exit ;; esac
    if [ "$key" = name ]; then name=$string; fi
    case $around in
    ,) continue ;;
    '}'*) printf '%s\n' "$name" ;;
    esac
    [ "$around" = '},{' ] || exit
    name=''
  done
)
all_attested() {
  for signer in $(by_route wet_ink); do on_paper "$signer" || return 1; done
  for signer in $(by_route witnessed); do before_witnesses "$signer" || return 1; done
}
by_own_hand | sort -u >"$scratch/named"
canonical agreement.json && same "$scratch/folders_of_signers" <"$scratch/named" && all_attested
tell "everybody signed 人人已签" $?

# hash = SHA-256(0x00, the hash before, body); the first follows 64 zeros. SM3 of the same bytes may stand beside it.
chained() { # reads what entries() writes; what was hashed is left in files, so that few programs hash it all
  head=0000000000000000000000000000000000000000000000000000000000000000 seq=0
  : >"$scratch/hashes" && : >"$scratch/sm3"
  while read -r prev hash sm3 body; do
    seq=$((seq + 1))
    in_octal "00$head"
    printf '%b%s' "$octal" "$body" >"$scratch/log.$seq"
    [ "$prev" = "$head" ] && as_digest "$hash" || return 1
    printf '%s  %s\n' "$hash" "log.$seq" >>"$scratch/hashes"
    [ "$sm3" = none ] || printf '%s *%s\n' "$sm3" "log.$seq" >>"$scratch/sm3"
    case $body in '{'*",\"seq\":$seq,\"v\":1}") ;; *) return 1 ;; esac
    head=$hash
  done
  hashed && says manifest.json "\"log_head\":\"$head\""
}
as_digest() { # as_digest TEXT: whether it is written as one
  case $1 in *[!0-9a-f]*) return 1 ;; esac
  [ ${#1} -eq 64 ]
}
hashed() { # whether each file has the digests that were told, in SM3 where this OpenSSL has it
  [ ! -s "$scratch/hashes" ] ||
    (cd "$scratch" && sha256sum --quiet --strict -c hashes >/dev/null 2>&1) || return 1
  [ -z "$agreement_sm3" ] || made_sm3 "$scratch" <"$scratch/sm3" | same "$scratch/sm3"
}
in_octal() { # in_octal HEX: leaves it as printf writes bytes, without a program for each entry
  octal='' rest=$1
  while [ "$rest" ]; do
    byte=$((0x${rest%"${rest#??}"})) rest=${rest#??}
    octal="$octal\\0$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
  done
}
bytes() { tr a-f A-F | basenc --base16 -d 2>/dev/null; }
entries() { # of the log that is read: the hash before, its own, SM3 or "none", and the body
  while IFS= read -r entry; do
    sm3=${entry##*'","sm3":"'}
    sm3=${sm3%'"}'}
    if as_digest "$sm3"; then entry=${entry%",\"sm3\":\"$sm3\"}"}'}'; else sm3=none; fi
    prev=${entry%'"}'}
    prev=${prev##*\"} hash=${entry%'","prev":"'*}
    hash=${hash##*\"} body=${entry#'{"body":'}
    body=${body%",\"hash\":\"$hash\",\"prev\":\"$prev\"}"}
    [ "$entry" = "{\"body\":$body,\"hash\":\"$hash\",\"prev\":\"$prev\"}" ] || body="no entry"
    printf '%s\n' "$prev $hash $sm3 $body"
  done
}
of_three_members() { # each entry, SM3 apart, so that nothing else is taken for a part of its body
  [ "$(cut -d : -f 1 "$scratch/members" | lines_unlike '"sm3"' | paste -d ' ' - - - | sort -u)" = \
    '"body" "hash" "prev"' ]
}
log_heads() { lines_like '"log_head":"*' <"$scratch/lines" | cut -d '"' -f 4; }
{ [ ! -f log.jsonl ] || entries <log.jsonl; } >"$scratch/entries"
chained <"$scratch/entries" && all_canonical log.jsonl && of_three_members &&
  says log.jsonl "\"hash\":\"$(log_heads | tail -n 1)\""
tell "session log 会话日志" $?

# The log tells of lock, signatures, seal, effect and recordings as they are here: one that ends before them is
# unbroken, too. What no signer signs, the seal's entry tells; earlier releases let it tell less.
log_tells() {
  last_of agreement.locked
  has "$told" "\"digest\":\"$agreement\"" && has "$told" "\"pdf_sha256\":\"$locked\"" || return 1
  lines_with '"kind":"sign.done"' <log.jsonl >"$scratch/done"
  all_told signatures '"statement_sha256":' "$scratch/done" && all_told attested '_sha256":' log.jsonl &&
    seal_told && effect_told && recordings_told
}
last_of() { told=$(lines_with "\"kind\":\"$1\"" <log.jsonl | tail -n 1); } # last_of KIND
all_told() { # all_told FOLDER MEMBER FILE: each statement below it by its digest
  for one in "$1"/*/statement.json; do
    [ ! -f "$one" ] || says "$3" "$2\"$(sum "$one")\"" || return 1
  done
}
as_in_manifest() { # as_in_manifest MEMBER NEXT: what is told of it, where NEXT follows it in the manifest
  said=${manifest#*"\"$1\":\""}
  has "$told" "\"$1\":\"${said%%"\",\"$2\":"*}\""
}
seal_told() {
  manifest=$(cat manifest.json)
  last_of seal.applied
  has "$told" "\"record\":\"$record\"" &&
    has "$told" "\"digest\":\"$agreement\"" || return 1
  has "$told" '"number":' || return 0
  as_in_manifest number record_id && as_in_manifest committee_name effective_on &&
    as_in_manifest sealed_at signers &&
    has "$told" "\"consents_sha256\":\"$(sum consents.json)\"" &&
    has "$told" "\"identity_sha256\":\"$(sum identity.json)\""
}
effect_told() { # a record's log ends where it takes effect
  told=$(tail -n 1 log.jsonl)
  has "$told" '"kind":"agreement.effective"' && has "$told" "\"record\":\"$record\"" &&
    as_in_manifest effective_on files
}
recordings_told() {
  for one in recordings/*.jsonl; do
    [ -f "$one" ] || continue
    name=${one#recordings/} name=${name%.jsonl}
    told=$(lines_with '"kind":"recording.head"' <log.jsonl | lines_with "\"recording\":\"$name\"" | tail -n 1)
    chunks_of "$one" && has "$told" "\"chunks\":$chunks,\"head\":\"$head\",\"recording\":" || return 1
  done
}
chunks_of() { # chunks_of FILE: leaves their number and the chain after the last
  head=0000000000000000000000000000000000000000000000000000000000000000 chunks=0
  : >"$scratch/chunks"
  while IFS= read -r line || [ "$line" ]; do
    has "$line" '"cipher"' || continue # where a segment begins or ends
    chunk_in "$line" || return 1
    in_octal "00$head$(printf '%016x' "$i")$plain$cipher"
    printf '%b' "$octal" >"$scratch/chunk.$chunks"
    printf '%s  %s\n' "$chain" "chunk.$chunks" >>"$scratch/chunks"
    head=$chain chunks=$((chunks + 1))
  done <"$1"
  [ "$chunks" -eq 0 ] || (cd "$scratch" && sha256sum --quiet --strict -c chunks >/dev/null 2>&1)
}
chunk_in() { # chunk_in LINE: of one form; leaves what is chained
  chain=${1#'{"chain":"'} chain=${chain%%\"*} cipher=${1#*'"cipher":"'} cipher=${cipher%%\"*}
  i=${1#*'"i":'} i=${i%%,*} plain=${1#*'"plain":"'} plain=${plain%%\"*}
  length=${1#*'"len":'} length=${length%%,*} t=${1#*'"t":'} t=${t%?}
  as_digest "$chain" && as_digest "$cipher" && as_digest "$plain" || return 1
  case $i in '' | *[!0-9]* | 0?* | ?????????????????*) return 1 ;; esac
  case $length$t in *[!0-9]*) return 1 ;; esac
  [ "$length" ] && [ "$t" ] &&
    [ "$1" = "{\"chain\":\"$chain\",\"cipher\":\"$cipher\",\"i\":$i,\"len\":$length,\"plain\":\"$plain\",\"t\":$t}" ]
}
# Where no statement, which nobody but its signer can change, names the PDF in SM3, an earlier release sealed.
if cat signatures/*/statement.json attested/*/statement.json 2>/dev/null | holds '"pdf_sm3":"'; then
  [ -f log.jsonl ] && log_tells
  tell "told in the log 日志所载与卷内一致" $?
else
  not_judged "whether the log tells of all this: an earlier release sealed 日志所载是否与卷内一致：早先的卷宗"
fi

# Each entry in the tree over the logs of all cases (RFC 9162, 2.1.3.2), whose root the log's key signed.
checkpoint() { # of one form (C2SP tlog-checkpoint); leaves `tree`, its size, and `root`, in hexadecimal digits
  origin=$(head -n 1 log/checkpoint.txt | in_text) tree=$(nth 2 <log/checkpoint.txt | in_text)
  in_base64=$(nth 3 <log/checkpoint.txt | in_text) coded=$(nth 5 <log/checkpoint.txt | in_text)
  coded=${coded##* }
  natural "$tree" && [ "$tree" -gt 0 ] && root=$(digits_in "$in_base64") && [ ${#root} -eq 64 ] &&
    digits_in "$coded" >/dev/null || return 1
  printf '%s\n%s\n%s\n' "$origin" "$tree" "$in_base64" >"$scratch/note"
  { cat "$scratch/note" && printf '\n\342\200\224 %s %s\n' "$origin" "$coded"; } | same log/checkpoint.txt
}
natural() { # natural NUMBER: as JSON has it, and no greater than a browser holds
  case $1 in '' | 0?* | *[!0-9]* | ?????????????????*) return 1 ;; esac
  [ "$1" -le 9007199254740991 ]
}
digits_in() { # digits_in BASE64: hexadecimal ones, where it is written the one way
  printf %s "$1" | base64 -d 2>/dev/null >"$scratch/decoded" &&
    [ "$(base64 -w 0 <"$scratch/decoded")" = "$1" ] && hexadecimal <"$scratch/decoded"
}
hexadecimal() { basenc --base16 -w "${1:-0}" | tr A-F a-f; } # hexadecimal [COLUMNS]
signed_by_the_log() { # the key that gave the log its name
  as_pem log/public_key.pem || return 1
  named=$(block <log/public_key.pem | sha256sum | cut -c 1-16)
  [ "$origin" = "heyi-log/$named" ] && digits_in "$coded" >/dev/null || return 1
  [ "$(head -c 4 "$scratch/decoded" | hexadecimal)" = "${named%????????}" ] || return 1
  tail -c +5 "$scratch/decoded" >"$scratch/decoded_signature"
  fits log/public_key.pem "$scratch/decoded_signature" "$scratch/note"
}
listed_proofs() { # of one form; leaves the places in the tree, each with the length of its path, and all paths
  comma='' seq=0
  : >"$scratch/places"
  : >"$scratch/quoted"
  {
    printf '{"proofs":['
    tr '{' '\n' <log/proofs.json | in_text | lines_like '"path":[[]*' | written_again
    printf '],"size":%s,"v":1}' "$tree"
  } | same log/proofs.json && cut -d '"' -f 2 "$scratch/quoted" >"$scratch/coded" && of_digests
}
written_again() {
  set -f
  while IFS= read -r one; do
    siblings=${one#*\[} seq=$((seq + 1))
    siblings=${siblings%%\]*} place=${one#*'],"position":'}
    place=${place%%,*}
    natural "$place" || return 1
    printf '%s{"path":[%s],"position":%s,"seq":%s}' "$comma" "$siblings" "$place" $seq
    comma=,
    IFS=,
    # shellcheck disable=SC2086  # cut at its commas
    set -- $siblings
    IFS=' '
    [ $# -eq 0 ] || printf '%s\n' "$@" >>"$scratch/quoted"
    echo "$place $#" >>"$scratch/places"
  done
}
# 32 bytes are 43 characters and a "=": with an "A" in its place each line ends with a byte 0 for itself.
of_digests() { # leaves them in hexadecimal digits, where each is written the one way
  lines_unlike '???????????????????????????????????????????=' <"$scratch/coded" | nothing &&
    ! cut -c 1-43 "$scratch/coded" | holds = || return 1
  tr = A <"$scratch/coded" | base64 -d 2>/dev/null >"$scratch/decoded"
  base64 -w 44 <"$scratch/decoded" | tr -d '\n' >"$scratch/said"
  tr = A <"$scratch/coded" | tr -d '\n' | same "$scratch/said" &&
    hexadecimal 66 <"$scratch/decoded" >"$scratch/siblings" &&
    lines_unlike '*00' <"$scratch/siblings" | nothing
}
digest_of() { # digest_of DIGITS: leaves it in `digest`
  in_octal "$1"
  digest=$(printf %b "$octal" | sha256sum)
  digest=${digest%% *}
}
halve() { place=$((place / 2)) last=$((last / 2)) level=$((level + 1)); }
leads_up() { # leads_up PLACE ENTRY SIBLING...: what led to the root once is not reckoned again
  digest_of "00$2"
  place=$1 last=$((tree - 1)) level=0
  [ "$place" -le $last ] || return 1
  shift 2
  while [ $# -gt 0 ]; do
    [ $last -gt 0 ] || return 1
    eval "before=\${above_${level}_$place:-}"
    [ ! "$before" ] || { [ "$before" = "$digest $*" ]; return; }
    eval "above_${level}_$place='$digest $*'"
    if [ $((place % 2)) -eq 1 ] || [ "$place" -eq $last ]; then
      digest_of "01$1$digest"
      while [ $((place % 2)) -eq 0 ] && [ "$place" -gt 0 ]; do halve; done
    else digest_of "01$digest$1"; fi
    halve
    shift
  done
  [ $last -eq 0 ] && [ "$digest" = "$root" ]
}
all_lead_up() { # reads entries with their places, one behind the other; their paths come beside
  behind_it=-1
  while read -r entry place length; do
    [ "$place" -gt $behind_it ] || return 1
    behind_it=$place path=''
    while [ "$length" -gt 0 ]; do
      read -r one <&3
      path="$path ${one%00}" length=$((length - 1))
    done
    # shellcheck disable=SC2086  # digests, one behind the other
    leads_up "$place" "$entry" $path || return 1
  done
}
proven() {
  listed_proofs && cut -d ' ' -f 2 "$scratch/entries" >"$scratch/hashes" && [ -s "$scratch/hashes" ] &&
    [ "$(wc -l <"$scratch/hashes")" -eq "$(wc -l <"$scratch/places")" ] &&
    paste -d ' ' "$scratch/hashes" "$scratch/places" | all_lead_up 3<"$scratch/siblings"
}
if [ -f log/checkpoint.txt ] || [ -f log/proofs.json ] || [ -f log/public_key.pem ]; then
  [ -f log/checkpoint.txt ] && [ -f log/proofs.json ] && checkpoint && signed_by_the_log && proven
  tell "places in the log of all cases 在总日志中的位置" $?
else
  not_judged "places in the log of all cases: sealed before a checkpoint 归档时检查点尚未生成"
fi

# ------------------------------------------------------------------ the signatures inside the PDF
# Each stands in a gap of the bytes that it covers: from the first of the file to the end of its
# own update. /Contents <gap>, then /ByteRange [0 gap after rest] (ISO 32000-1, 12.8.1).
in_text <agreement.pdf >"$scratch/text" # where the bytes are that it stands for
pdf_size=$(wc -c <agreement.pdf)
pdf_size=$((pdf_size))
n='[1-9][0-9]\{0,8\}'
ranges() { # every name of a PDF begins with a slash
  tr / '\n' <"$scratch/text" |
    csplit -s -z -n 7 -f "$scratch/range." - "/^ByteRange \[0 $n $n $n\]/" '{*}' 2>/dev/null
  for one in "$scratch"/range.*; do
    if [ -f "$one" ] && IFS=' []' read -r key zero gap after rest skipped <"$one" &&
      [ "$key$zero" = ByteRange0 ] && is_place "$gap" && is_place "$after" && is_place "$rest"; then
      echo "$gap $after $rest"
    fi
  done
}
is_place() { case $1 in '' | 0* | *[!0-9]* | ??????????*) return 1 ;; esac; } # is_place NUMBER
between() { tail -c "+$(($1 + 1))" "${3:-agreement.pdf}" | head -c "$(($2 - $1))"; } # between FROM TO [FILE]
text_between() { between "$1" "$2" "$scratch/text"; }                                # text_between FROM TO
bracketed() { # whether a signature's gap is where the range says
  [ "$gap" -gt 10 ] && [ "$gap" -lt "$after" ] && [ $((after + rest)) -le "$pdf_size" ] || return 1
  digits=$(text_between $((gap - 10)) "$after" | tr '\n' '?')
  case $digits in '/Contents <'*'>') ;; *) return 1 ;; esac
  digits=${digits#'/Contents <'}
  case ${digits%?} in *[!0-9A-Fa-f]*) return 1 ;; esac
  case $(text_between "$after" $((after + 80))) in
  "/ByteRange [0 $gap $after $rest]"* | *"$new_line/ByteRange [0 $gap $after $rest]"*) ;;
  *) return 1 ;;
  esac
}
parsed() { openssl asn1parse -inform DER -in "$1" 2>/dev/null; }
der() { lines_unlike '-*' | base64 -d; }
octets() ( # octets [PATTERN [OR]]: the first octet string of what asn1parse says, after a line that fits
  reached=''
  set -f
  IFS=$new_line
  for one in $(cat); do
    # shellcheck disable=SC2254  # they are patterns
    case $one in ${1:-*} | ${2:-${1:-*}}) reached=yes ;; esac
    case $reached$one in yes*'OCTET STRING'*'[HEX DUMP]:'*)
      lower_case "${one##*:}"
      return ;;
    esac
  done
)
lower_case() { # lower_case DIGITS: as sha256sum writes hexadecimal ones
  low=$1
  if [ ${#low} -gt 200 ]; then printf '%s\n' "$low" | tr A-F a-f; return; fi
  for letter in Aa Bb Cc Dd Ee Ff; do
    while has "$low" "${letter%?}"; do low=${low%%"${letter%?}"*}${letter#?}${low#*"${letter%?}"}; done
  done
  printf '%s\n' "$low"
}
cut_out() { # cut_out FILE LINE: the element that a line of asn1parse is about
  place=${2%%:d=*} hl=${2#*:d=*hl=} l=${2#*:d=*hl=* l=}
  place=${place##* } hl=${hl%% *} l=${l#"${l%%[! ]*}"}
  l=${l%% *}
  for one in "$place" "$hl" "$l"; do case $one in '' | *[!0-9]*) return 1 ;; esac; done
  tail -c "+$((place + 1))" "$1" | head -c "$((hl + l))"
}
taken_apart() { # leaves what is covered and the signature; nothing but zeros fills up the gap
  { head -c "$gap" agreement.pdf && between "$after" $((after + rest)); } >"$scratch/covered"
  between $((gap + 1)) $((after - 1)) | bytes >"$scratch/padded"
  cut_out "$scratch/padded" "$(parsed "$scratch/padded" | head -n 1)" >"$scratch/cms"
  parsed "$scratch/cms" >"$scratch/parts"
  look_over <"$scratch/parts"
  tail -c "+$(($(wc -c <"$scratch/cms") + 1))" "$scratch/padded" | tr -d '\0' | nothing
}
look_over() { # reads the parts of a signature once, for all that is asked of them
  of_sm3='' of_stamp='' token='' digests=''
  while IFS= read -r one; do
    case $token in due) token=next ;; next) token=$one ;; esac
    case $one in *:d=5\ *) printf '%s\n' "$one" >&3 ;; esac
    case $one in *:d=5\ *OBJECT*:sm3 | *:d=5\ *OBJECT*:1.2.156.10197.1.401) of_sm3=yes ;; esac
    case $one in *:d=4\ *:id-smime-ct-TSTInfo) of_stamp=yes ;; esac
    case $one in *:d=7\ *:id-smime-aa-timeStampToken) token=${token:-due} ;; esac
    case $one in *:0420*) digests=$digests$one$new_line ;; esac
  done 3>"$scratch/own_parts"
}
made_well() { # made_well AS CMS PARTS [CONTENT]: leaves AS.pem, AS.der and AS.beside, its certificates
  as=$1
  openssl cms -verify -noverify -binary -inform DER -in "$2" ${4:+-content "$4"} \
    -out "$scratch/content" -signer "$1.pem" -certsout "$1.beside" 2>/dev/null &&
    [ "$(lines_like '-----BEGIN *' <"$1.pem")" = '-----BEGIN CERTIFICATE-----' ] && der <"$1.pem" >"$1.der" || return 1
  # The signature names its certificate by digest (RFC 5035), so that no other takes its place.
  named=$(octets '*:id-smime-aa-signingCertificate' '*:id-smime-aa-signingCertificateV2' <"$3")
  case ${#named} in
  40) named_by sha1sum ;; 64) named_by sha256sum ;; 96) named_by sha384sum ;; 128) named_by sha512sum ;;
  *) false ;;
  esac
}
named_by() { # named_by PROGRAM
  made=$("$1" <"$as.der")
  [ "${made%% *}" = "$named" ]
}
# OpenSSL's cms cannot be told the identity of SM2, so that such a signature is taken apart here.
in_sm2() { [ "$of_sm3" ]; }
named_signer() { # named_signer AS CMS: the one certificate inside that the signature names
  openssl pkcs7 -inform DER -in "$2" -print_certs -out "$1.beside" 2>/dev/null &&
    csplit -s -z -f "$1.each" "$1.beside" '/^subject/' '{*}' || return 1
  named=$(octets '*:id-smime-aa-signingCertificateV2' <"$scratch/parts")
  for each in "$1".each*; do
    openssl x509 -in "$each" -out "$1.pem" 2>/dev/null && der <"$1.pem" >"$1.der" &&
      [ "$(sum "$1.der")" = "$named" ] && return 0
  done
  return 1
}
made_by_sm2() { # made_by_sm2 AS CMS CONTENT: as made_well; $unknown where this OpenSSL has no SM2
  knows_sm2 || return $unknown
  named_signer "$1" "$2" && openssl x509 -in "$1.pem" -noout -pubkey >"$1.pub" &&
    [ "$(octets '*:messageDigest' <"$scratch/parts")" = "$(openssl dgst -sm3 -r "$3" | cut -c1-64)" ] ||
    return 1
  # What is signed is the attributes as a SET OF (RFC 5652, 5.4), which begins with another byte.
  attributes=$(lines_like '*:d=5 *cont \[ 0 \]*' <"$scratch/parts" | tail -n 1)
  { printf 1; cut_out "$2" "$attributes" | tail -c +2; } >"$1.said"
  octets <"$scratch/own_parts" | bytes >"$1.value"
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
  moment='' kind=''
  while IFS= read -r one; do
    case $one in *GENERALIZEDTIME*:*Z) moment=${moment:-$one} ;; esac
    case $one in *OBJECT*:*) kind=$kind$one$new_line ;; esac
  done <"$scratch/stamp"
  moment=$(written_out "${moment##*:}")
  kind=${kind#*"$new_line"}
  kind=${kind%%"$new_line"*} made=$("${3:-sha256}sum" <"$2")
  [ "${kind##*:}" = "${3:-sha256}" ] && [ "$moment" ] && [ "$(octets <"$scratch/stamp")" = "${made%% *}" ]
}
written_out() { # written_out TIME: of ASN.1, fourteen digits and perhaps a part of a second
  digits=${1%%[!0-9]*}
  [ ${#digits} -ge 14 ] || return 0
  set --
  while [ $# -lt 7 ]; do
    set -- "$@" "${digits%"${digits#??}"}"
    digits=${digits#??}
  done
  echo "$1$2-$3-$4 $5:$6:$7Z"
}
issued() { # issued AS PURPOSE [ROOT]: by the issuer, as of that moment: it may have expired since
  told='' by=$anchor
  [ "$2" != timestampsign ] || by=${3:-$stamping}
  case $1 in */signer) if in_sm2; then told="-vfyopt $identity"; fi ;; esac
  # shellcheck disable=SC2086  # two words, one, or none
  openssl verify $between $told -x509_strict -purpose "$2" -attime "$(date -ud "$moment" +%s)" -CAfile "$by" \
    -untrusted "$1.beside" "$1.pem" >/dev/null 2>&1
}
is_stamp() { [ "$of_stamp" ]; }
stamped_inside() { # the stamp beside a signature is over its value
  cut_out "$scratch/cms" "$token" >"$scratch/token"
  octets <"$scratch/own_parts" | bytes >"$scratch/value"
  stamped "$scratch/token" "$scratch/value"
}
for stated in signatures/*/statement.json; do
  if [ -f "$stated" ]; then printf '%s\n' "0420$(sum "$stated") $stated"; fi
done >"$scratch/stated"
find_signer() { # a signer's certificate holds the digest of the statement, in DER: 04 20 digest
  digests=$(printf %s "$digests" | tr A-F a-f)
  stated='' digest=''
  while read -r one named; do
    case $digests$new_line in *:"$one$new_line"*) stated=$named digest=$one; break ;; esac
  done <"$scratch/stated"
  if [ "$stated" ]; then who=$(basename "${stated%/statement.json}")
  elif [ "$number" = "$last" ]; then who='(seal)'
  elif [ "$number" = 1 ] && [ "$end" -le "$size" ]; then who='(lock)'
  else who='?'; fi
}
filed() { # filed FOLDER/: the certificate there, where there is one, is that of the signature
  [ ! -e "$1certificate.pem" ] || {
    as_pem "$1certificate.pem" && der <"$1certificate.pem" 2>/dev/null | same "$scratch/signer.der"
  }
}
as_stated() { # by the key that the statement names, and by the certificate that names the statement
  key=$(openssl x509 -in "$scratch/signer.pem" -noout -pubkey | der | sha256sum)
  filed "${stated%statement.json}" &&
    says "$stated" "\"key_sha256\":\"${key%% *}\"" && says "$stated" "\"signer_id\":\"$who\"" &&
    [ "$digest" = "$(parsed "$scratch/signer.der" |
      octets "$of_one_signing")" ]
}
# The lock lets nobody do more than fill in and sign (ISO 32000-1, 12.8.2.2), and the catalog names it.
of_lock='/TransformMethod /DocMDP /TransformParams << /Type /TransformParams /V /1.2 /P 2 >>'
certifies() {
  before=$(text_between $((gap - 40)) "$gap" | tr '\n' ' ')
  object=${before%' 0 obj << /Contents '}
  [ "$object" != "$before" ] && before=$object && object=${before##* } && [ "$object" != "$before" ] || return 1
  is_place "$object" &&
    tr '\n' ' ' <"$scratch/covered" | holds "/Perms << /DocMDP $object 0 R >>" || return 1
  before=$(text_between "$after" "$end" | tr '\n' ' ')
  case ${before%%' endobj '*} in *"$of_lock"*) ;; *) return 1 ;; esac
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
  [ ! -f "$scratch/signer.der" ] || der <$sealing 2>/dev/null | same "$scratch/signer.der"
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
  text_between "$after" $((after + 250)) | any_like '/SubFilter /ETSI.RFC3161' || last=$number
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
from() { tail -c "+$1" "$scratch/text"; } # from PLACE: what is there, behind the end of a line
next_line() { # leaves it in `line`; `passed` counts bytes
  IFS= read -r line || [ "$line" ] || return 1
  passed=$((passed + ${#line} + 1))
}
begins() { # begins TEXT: whether a line begins where one reads from, and is this
  passed=0
  next_line && [ -z "$line" ] && next_line && [ "$line" = "$1" ]
}
# A dictionary is read piece by piece; `rest` is what is left of the line, `token` the last piece.
ends_a_word='[][ ()<>{}/%?]*'
token() {
  while rest=${rest#"${rest%%[! ]*}"} && [ -z "$rest" ]; do next_line && rest=$line || return 1; done
  # shellcheck disable=SC2295  # they are patterns
  case $rest in
  '('*) words; return ;;
  '<<'* | '>>'*) token=${rest%"${rest#??}"} ;;
  [][]*) token=${rest%"${rest#?}"} ;;
  /*) token=${rest#/} token=/${token%%$ends_a_word} ;;
  '<'*'>'*)
    token=${rest%%>*}
    case ${token#<} in *[!0-9A-Fa-f]*) return 1 ;; esac
    token="$token>" ;;
  *) token=${rest%%$ends_a_word} ;;
  esac
  [ "$token" ] && take "$token"
}
take() { # take TEXT: what is left begins with it
  if [ ${#1} -lt 500 ]; then rest=${rest#"$1"}
  else rest=$(printf '%s\n' "$rest" | tail -c "+$((${#1} + 1))"); fi
}
words() { # a string: brackets in it are balanced or escaped
  token='' brackets=0
  while :; do
    piece=${rest%%[()\\]*}
    take "$piece"
    token=$token$piece
    case $rest in
    '') token="$token?"; next_line && rest=$line || return 1; continue ;;
    '('*) brackets=$((brackets + 1)) piece='(' ;;
    ')'*) brackets=$((brackets - 1)) piece=')' ;;
    *) piece=${rest%"${rest#??}"} ;;
    esac
    [ "$piece" ] || piece=$rest
    take "$piece"
    token=$token$piece
    [ $brackets -gt 0 ] || return 0
  done
}
dictionary() { # each key with its value, a line each; each key stands once
  rest='' keys=' '
  token && [ "$token" = '<<' ] && token || return 1
  while [ "$token" != '>>' ]; do
    key=$token
    case $key in /?*) ;; *) return 1 ;; esac
    case $keys$key in *" $key "* | *'#'*) return 1 ;; esac
    keys="$keys$key "
    its_value || return 1
    printf '%s %s\n' "$key" "$value"
  done
}
its_value() { # and the piece after it
  token && value=$token || return 1
  case $token in
  '<<' | '[') nested && token; return ;;
  '>>' | ']') return 1 ;;
  esac
  token || return 1
  case $token in /* | '>>') return 0 ;; esac
  value="$value $token"
  token && [ "$token" = R ] && value="$value R" && token
}
nested() {
  depth=1
  while [ $depth -gt 0 ]; do
    token || return 1
    value="$value $token"
    case $token in '<<' | '[') depth=$((depth + 1)) ;; '>>' | ']') depth=$((depth - 1)) ;; esac
  done
}
value_of() { # value_of KEY FILE: leaves it in `value`
  value=''
  while IFS= read -r one; do
    case $one in "$1 "*) value=${one#* } ;; esac
  done <"$scratch/$2"
}
# Nearly all objects begin with a line of their own; cut there, the file needs no program to read from one.
cut_at_objects() { # leaves the file that begins where an object does in a variable of that place
  csplit -s -z -n 7 -f "$scratch/object." "$scratch/text" '/^[1-9][0-9]* 0 obj$/' '{*}' 2>/dev/null
  wc -c "$scratch"/object.* >"$scratch/sizes" 2>/dev/null
  place=0
  while read -r length piece; do
    case $place$piece in [1-9]*"$scratch/"*) eval "piece_$place=\$piece" ;; esac
    place=$((place + length))
  done <"$scratch/sizes"
}
piece_at() { eval "piece=\${piece_$1:-}" && [ "$piece" ]; } # piece_at PLACE: leaves it in `piece`
begins_at() { # begins_at PLACE TEXT: whether a line begins there, and is this
  if piece_at "$1"; then next_line <"$piece" && [ "$line" = "$2" ]
  else from "$1" | (begins "$2"); fi
}
read_object() { # read_object NUMBER PLACE FILE: the dictionary of an object that begins there
  [ "$2" ] && { read_piece "$1" "$2" || from "$2" | (begins "$1 0 obj" && dictionary) >"$scratch/said"; } &&
    sort "$scratch/said" >"$scratch/$3"
}
read_piece() { # where that takes no more than the piece: what goes on in the next is read on
  piece_at "$2" && (next_line && [ "$line" = "$1 0 obj" ] && dictionary) <"$piece" >"$scratch/said"
}
bare() { # bare NUMBER: leaves it without zeros before it
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  bare=${1#"${1%%[!0]*}"}
  bare=${bare:-0}
  [ ${#bare} -le 10 ]
}
table() { # table PLACE: leaves its rows, "number place", and its trailer
  [ ! -e "$scratch/whole.$1" ] || return 0
  from "$1" | (begins xref && read_table) >"$scratch/trailer.$1" 3>"$scratch/rows.$1" &&
    cut -d ' ' -f 1 "$scratch/rows.$1" | sort | uniq -d | nothing &&
    value_of /XRefStm "trailer.$1" && [ -z "$value" ] && : >"$scratch/whole.$1"
}
read_table() {
  next_line || return 1
  while [ "$line" != trailer ]; do
    case $line in *' '*' '*) return 1 ;; *' '*) ;; *) return 1 ;; esac
    bare "${line%% *}" && number=$bare && bare "${line##* }" && end=$((number + bare)) || return 1
    while [ "$number" -lt "$end" ]; do
      next_line && row || return 1
      number=$((number + 1))
    done
    next_line || return 1
  done
  dictionary
}
row() { # ten digits, five, whether it is in use, two signs that end it
  place=${line%% *} kind=${line#* }
  [ ${#place} -eq 10 ] && bare "$place" || return 1
  case $kind in
  [0-9][0-9][0-9][0-9][0-9]' n'[' ?']) ;;
  [0-9][0-9][0-9][0-9][0-9]' f'[' ?']) [ "$number" -eq 0 ] || return 1 ;;
  *) return 1 ;;
  esac
  echo "$number $bare" >&3
}
tables() { # tables PLACE: where the tables of a file stand whose newest is there, newest first
  place=$1 above=999999999
  [ "$place" ] || return 1
  while [ "$place" ]; do
    is_place "$place" && [ "$place" -lt "$above" ] && table "$place" || return 1
    echo "$place"
    above=$place
    value_of /Prev "trailer.$place"
    place=$value
  done
}
said_last() { # of three lines read, what a file says at its end of where its newest table is
  IFS= read -r one && IFS= read -r place && IFS= read -r line || [ "$line" ]
  [ "$one" = startxref ] && [ "$line" = %%EOF ] && echo "$place"
}
newest() { # newest SIZE: where the table is that so many bytes end with
  end=$1
  [ "$end" -gt 100 ] || return 1
  [ -z "$(text_between $((end - 1)) "$end")" ] || end=$((end + 1))
  text_between $((end - 60)) "$end" | tail -n 3 | said_last
}
place_of() { # place_of NUMBER: leaves it in `place`
  case $1 in '' | *[!0-9]*) return 1 ;; esac
  eval "place=\${place_$1:-}"
}
keep_places() { # keep_places PLACE: of the objects that a table has; those of newer ones take their places
  while read -r number place; do
    eval "place_$number=$place"
    [ "$number" -lt "$born" ] || born=$((number + 1))
  done <"$scratch/rows.$1"
}
catalog() { # catalog PLACE: by the trailer of a table; leaves its reference in `root`
  value_of /Root "trailer.$1"
  root=$value
  place_of "${root%% *}" && read_object "${root%% *}" "$place" catalog && number_of "$root" >/dev/null
}
number_of() { # number_of REFERENCE
  case $1 in [1-9]*' 0 R') ;; *) return 1 ;; esac
  case ${1% 0 R} in *[!0-9]*) return 1 ;; *) echo "${1% 0 R}" ;; esac
}
only_filled() ( # all that this leaves in variables ends with it
  set -f
  tables "$(newest "$size")" >"$scratch/below" && tables "$(newest "$pdf_size")" >"$scratch/tables" &&
    tail -n "$(wc -l <"$scratch/below")" "$scratch/tables" | same "$scratch/below" || return 1
  born=1
  tac "$scratch/below" >"$scratch/oldest_first"
  while read -r table; do keep_places "$table"; done <"$scratch/oldest_first"
  catalog "$(head -n 1 "$scratch/below")" && value_of /AcroForm catalog && form=$(number_of "$value") &&
    value_of /DSS catalog && proofs=$(number_of "$value") || return 1
  lock=$root begin=$size filled=' '
  head -n "-$(wc -l <"$scratch/below")" "$scratch/tables" | tac >"$scratch/updates"
  while read -r table; do updates || return 1; done <"$scratch/updates"
)
updates() { # whether the update that a table ends may do what it does
  value_of /Root "trailer.$table"
  [ "$value" = "$lock" ] || return 1
  while read -r number place; do
    [ "$number" -eq 0 ] || { [ "$place" -ge "$begin" ] && [ "$place" -lt "$table" ]; } || return 1
    eval "fresh_${table}_$number=$place"
  done <"$scratch/rows.$table"
  while read -r number fresh; do
    [ "$number" -eq 0 ] || may || return 1
  done <"$scratch/rows.$table"
  before_born=$born
  keep_places "$table"
  born=$before_born begin=$table
}
may() { # whether an object may be as this update has it
  place_of "$number" || return 1
  if [ "$number" -ge "$born" ]; then
    [ -z "$place" ] && begins_at "$fresh" "$number 0 obj"
    return
  fi
  read_object "$number" "$place" before && read_object "$number" "$fresh" after || return 1
  value_of /Type after
  if [ "$number" = "$proofs" ]; then [ -z "$value" ] || [ "$value" = /DSS ]
  elif [ "$number" = "$form" ]; then grown /Fields
  else
    value_of /Type before
    if [ "$value" = /Page ]; then grown /Annots && stamps
    else fills; fi
  fi
}
grown() { # grown LIST: whether nothing else changed, and this at its end; leaves what it gained
  [ "$(lines_unlike "$1 *" <"$scratch/after")" = "$(lines_unlike "$1 *" <"$scratch/before")" ] || return 1
  value_of "$1" before
  old=${value:-'[ ]'}
  old=${old%]}
  value_of "$1" after
  case $value in "$old"*) gained=${value#"$old"} ;; *) return 1 ;; esac
  of_references "$value"
}
of_references() { # of_references LIST: whether it holds nothing else
  # shellcheck disable=SC2086  # words
  set -- $1
  [ "${1:-}" = '[' ] || return 1
  shift
  while [ $# -ge 4 ]; do
    case $1 in *[!0-9]*) return 1 ;; esac
    [ "$2 $3" = '0 R' ] || return 1
    shift 3
  done
  [ "$*" = ']' ]
}
stamps() { # fields of archive time stamps, out of sight
  # shellcheck disable=SC2086  # words
  set -- $gained
  while [ $# -ge 4 ]; do
    eval "fresh=\${fresh_${table}_$1:-}"
    read_object "$1" "$fresh" field && out_of_sight || return 1
    shift 3
  done
}
out_of_sight() {
  value_of /FT field
  [ "$value" = /Sig ] || return 1
  value_of /Rect field
  [ "$value" = '[ -9999 -9999 -9999 -9999 ]' ] && ! any_like '/AP *' <"$scratch/field" &&
    ! any_like '/Kids *' <"$scratch/field"
}
fills() { # each field once, where it stands
  case $filled in *" $number "*) return 1 ;; esac
  filled="$filled$number "
  value_of /Subtype before
  [ "$value" = /Widget ] || return 1
  [ "$(what_stays <"$scratch/after")" = "$(what_stays <"$scratch/before")" ]
}
what_stays() {
  while IFS= read -r one; do
    case ${one%% *} in /Type | /Subtype | /FT | /Rect | /T | /P) printf '%s\n' "$one" ;; esac
  done
}
carried() ( # where the digits of each file stand that is embedded as the agreement, and how many
  set -f
  tables "$(whole_end)" >"$scratch/tables" || return 1
  born=1
  tac "$scratch/tables" >"$scratch/oldest_first"
  while read -r table; do keep_places "$table"; done <"$scratch/oldest_first"
  catalog "$(head -n 1 "$scratch/tables")" || return 1
  value_of /AF catalog
  files=$value
  value_of /Names catalog
  for file in $(referred "$files $value"); do embedded || return 1; done >"$scratch/carried"
  cat "$scratch/carried"
)
whole_end() { # by the last line that ends a PDF; what follows it is another question
  { cat "$scratch/text"; echo; } | tac | while IFS= read -r line; do
    if [ "$line" = %%EOF ]; then head -n 2 | tac; echo "$line"; break; fi
  done | said_last
}
referred() { # referred LIST: the numbers of the objects that it refers to
  two='' one=''
  for word in $1; do
    [ "$word" != R ] || echo "${two:-none}"
    two=$one one=$word
  done
}
embedded() { # no file but these two is, whatever its reader's age
  place_of "$file" && read_object "$file" "$place" file || return 1
  value_of /UF file
  name=$value
  value_of /F file
  [ "$value" = "$name" ] || return 1
  case $name in
  '(slots.json)' | '(slots\056json)') ;;
  '(agreement.json)' | '(agreement\056json)')
    value_of /EF file
    for content in $(referred "$value"); do digits_of "$content" || return 1; done ;;
  *) return 1 ;;
  esac
}
digits_of() { # digits_of NUMBER
  place_of "$1" && [ "$place" ] && from "$place" | (
    begins "$1 0 obj" && dictionary >"$scratch/content" && value_of /Filter content || exit 1
    if [ "$value" = /FlateDecode ]; then echo packed; exit; fi
    [ "$value" = /ASCIIHexDecode ] && next_line && [ "$line" = stream ] || exit 1
    begin=$((place - 1 + passed))
    next_line && value_of /Length content && [ "$value" = ${#line} ] || exit 1
    case $line in *'>') digits=${line%?} ;; *) exit 1 ;; esac
    case $digits in *[!0-9a-f]*) exit 1 ;; esac
    next_line && [ "$line" = endstream ] && echo "$begin ${#digits}"
  )
}
objects() { only_filled && echo 'only filled'; carried; }
carries_no_other() { # what the PDF carries under any name of the agreement's is the agreement
  lines_like '[0-9]*' <"$scratch/objects" | while read -r begin length; do
    between "$begin" $((begin + length)) | bytes | same agreement.json || exit 1
  done
}
if [ "$earlier" ]; then not_judged "updates only fill in and sign 定稿以后只填写和签名"
else
  cut_at_objects
  objects >"$scratch/objects"
  any_like 'only filled' <"$scratch/objects"
  tell "updates only fill in and sign 定稿以后只填写和签名" $?
fi
if [ "$earlier" ] || { any_like packed <"$scratch/objects" && carries_no_other; }; then
  not_judged "the agreement inside the PDF, which is packed PDF 内嵌数据是压缩的"
else
  any_like '[0-9]*' <"$scratch/objects" && carries_no_other
  tell "the agreement inside the PDF PDF 内嵌数据" $?
fi

# Who signs for the committee comes after the parties (人民调解法 art. 29), then the seal.
officials() { # the agreement names them behind their part
  for role in mediator recorder; do
    inside=''
    while IFS= read -r one || [ "$one" ]; do
      case $one in
      "\"$role\":") inside=yes ;;
      '"signer_id":"'*'"'*) [ ! "$inside" ] || printf '%s\n' "$one" | cut -d '"' -f 4; inside='' ;;
      '"signer_id"'*) inside='' ;;
      esac
    done <"$scratch/lines"
  done
}
no_officials() { # those of the people read
  named=$new_line$(cat "$scratch/officials")$new_line
  while IFS= read -r one; do
    has "$named" "$new_line$one$new_line" || printf '%s\n' "$one"
  done
}
in_order() {
  officials >"$scratch/officials"
  lines_unlike '(*' <"$scratch/order" >"$scratch/people"
  {
    echo '(lock)'
    no_officials <"$scratch/people"
    cat "$scratch/officials"
    echo '(seal)'
    lines_like '(stamp)' <"$scratch/order"
  } | same "$scratch/order"
}
one_each() { sort "$scratch/people" | same "$scratch/folders_of_signers"; }
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
  sha256sum manifest.json manifest.sig SHA256SUMS | cat SHA256SUMS - | sort -k 2 >"$scratch/contained"
  while read -r digest name; do
    [ ${#digest} -ne 64 ] || printf %s "${digest}00"
  done <"$scratch/contained" | bytes | base64 -w 44 >"$scratch/said" # with a byte 0 behind it each is a line
  while read -r digest name && read -r coded <&4; do
    # shellcheck disable=SC2059  # the form is our own
    printf "$reference" "$record/$name" "${coded%A}="
  done <"$scratch/contained" 4<"$scratch/said"
  echo '</asic:ASiCManifest>'
}
# OpenSSL takes no notice of what the signature's own file holds beside the signed parts.
made_as_ours() { # made_as_ours SIGNATURE: by the certificates of this record, and of this form
  openssl cms -verify -noverify -nointern -certfile trust/seal.pem -binary -inform DER -in "$1" \
    -content $container/ASiCManifest001.xml -out /dev/null -certsout "$scratch/two" 2>/dev/null &&
    sort trust/seal.pem trust/issuer.pem >"$scratch/ours" && sort "$scratch/two" | same "$scratch/ours" &&
    parsed "$1" >"$scratch/parts" && [ "$(unsigned <"$scratch/parts" | tr -s ' \n' ' ')" = "$form" ] &&
    ! any_like '*prim: SE*' <"$scratch/parts" && ! any_like '*prim: cont*' <"$scratch/parts" &&
    basenc --base16 -w0 "$1" | holds "$(named_by_issuer trust/seal.pem)"
}
unsigned() { # how deep each part is and what, outside of the certificates and of what is signed
  certificates=''
  while IFS= read -r one; do
    case $certificates$one in
    *:d=3\ *'cont [ 0 ]'*) certificates='in ' ;;
    'in '*:d=3\ *' SET '*) certificates='' ;;
    'in '*) ;;
    *:d=[1-6]\ *' prim: '*) depth_and_part ;;
    esac
  done
}
depth_and_part() {
  depth=${one#*:d=} part=${one##* prim: }
  part=${part#"${part%%[! ]*}"}
  case "${depth%% *} $part" in '6 INTEGER'* | '5 OCTET'*) ;; *) echo "${depth%% *} $part" ;; esac
}
form="1 OBJECT :pkcs7-signedData 3 INTEGER :01 5 OBJECT :sha256 5 NULL 4 OBJECT :pkcs7-data 5 INTEGER :01"
form="$form 6 OBJECT :sha256 6 NULL 6 OBJECT :ecdsa-with-SHA256 "
named_by_issuer() { # a certificate's issuer and number, as a signature names it (RFC 5652, 5.3)
  der <"$1" >"$scratch/one" && parsed "$scratch/one" | lines_like '*:d=2 *' >"$scratch/inside"
  for part in 4 2; do cut_out "$scratch/one" "$(nth $part <"$scratch/inside")"; done | basenc --base16 -w0
}
if [ -d $container ]; then
  made_as_ours $container/signature001.p7s && our_container | same $container/ASiCManifest001.xml
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
    files_of .
    [ $container = META-INF ] || files_of ../META-INF
    for earlier_one in ../renewals/[0-9]*/; do
      [ "${earlier_one%/}" != "$1" ] || break
      files_of "${earlier_one%/}"
    done
    echo "$1/appended.pdf"
  } >"$scratch/said"
  for_each "$scratch/said" "${digest}sum" | in_the_zip | sort -k 2
}
in_the_zip() { # of digests that are read, by the paths that files have there
  while IFS= read -r one; do
    path=${one#*  }
    case $path in
    ./META-INF/* | ../*) path=${path#*./} ;;
    ./*) path=$record/${path#./} ;;
    esac
    printf '%s\n' "${one%%  *}  $path"
  done
}
renewed() { # renewed FOLDER
  [ "$(basename "$1")" = "$(printf %03d $renewals)" ] && [ -f "$1/appended.pdf" ] &&
    [ "$(files_of "$1" | wc -l)" -eq 3 ] || return 1
  for digest in sha256 sha384 sha512; do
    list=$1/$(echo $digest | tr a-z A-Z)SUMS
    [ -f "$list" ] || continue
    all_before "$1" | same "$list" && stamped "$1/stamp.tst" "$list" $digest
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
  only of_renewals ../renewals
  tell "archive time stamp: nothing but renewals lies there 续期文件夹内无其他文件" $?
fi
if [ -f ../renewals/agreement.pdf ]; then
  [ $renewals -gt 0 ] && cat agreement.pdf ../renewals/*/appended.pdf 2>/dev/null |
    same ../renewals/agreement.pdf
  tell "archive time stamp: renewals/agreement.pdf only adds to agreement.pdf 续期只在原文件后追加" $?
fi

log_stamped() { # below the root in the record; an earlier record lacks that
  stamped log/checkpoint.tst log/checkpoint.txt || return 1
  [ ! -e $log_root ] || { as_pem $log_root && issued "$scratch/stamper" timestampsign $log_root; }
}
log_root=trust/log-stamps.pem moment=''
if [ -f log/checkpoint.tst ]; then
  log_stamped
  tell "time stamp of the checkpoint 检查点的时间戳 $moment" $?
else
  not_judged "the checkpoint's time stamp, there is none 检查点没有时间戳"
fi

not_judged "how long the archive time stamp lasts 存档时间戳的有效期"
[ ! -f log/checkpoint.tst ] || [ -f $log_root ] || issued "$scratch/stamper" timestampsign ||
  not_judged "who stamped the log's checkpoint 检查点时间戳的根证书"
not_judged "the words in the blanks of the PDF PDF 所填内容"
subject() { openssl x509 -in trust/seal.pem -noout -subject -nameopt "$1" | cut -d= -f2-; }
whose_seal() { # in readable characters, unless one of them moves a terminal's cursor or turns its direction
  readable=$(subject oneline,utf8,-esc_msb)
  case $readable in
  *"$(printf '\302')"[$(printf '\200')-$(printf '\237')]* | *"$(printf '\342\200')"[$(printf '\216')-$(printf '\256')]* | \
    *"$(printf '\342\201')"[$(printf '\246')-$(printf '\251')]*) subject oneline ;;
  *) printf %s "$readable" ;;
  esac
}
fingerprints() { # of each certificate that is believed
  while IFS= read -r line || [ "$line" ]; do
    case $line in -----BEGIN\ *) : >"$scratch/believed" ;; esac
    printf '%s\n' "$line" >>"$scratch/believed"
    case $line in -----END\ *) openssl x509 -in "$scratch/believed" -noout -fingerprint -sha256 | cut -d= -f2 ;; esac
  done <"$anchor"
}
say "seal 印章证书: $(whose_seal)"
[ ! -f $log_root ] ||
  say "root of the log's stamps 总日志时间戳根证书 SHA-256: $(der <$log_root 2>/dev/null | sha256sum | cut -c1-64)"
for believed in $(fingerprints); do echo "issuer 签发证书 SHA-256: $believed"; done
exit $failed
