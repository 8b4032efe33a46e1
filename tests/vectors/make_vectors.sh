#!/usr/bin/env bash
# Known answers for scheme 1, made without Python: digests by openssl, their spelling by the shell and coreutils.
# Writes tab-separated rows to standard output:  bash tests/vectors/make_vectors.sh > tests/vectors/scheme_1.tsv
set -euo pipefail
export LC_ALL=C.UTF-8

readonly KEYS=(
  0000000000000000000000000000000000000000000000000000000000000000
  000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
  8f3c1be07a5d4492b6e90d2f5c7a1846e3b09d7f2a6c58140fd3e71b9c264a85
)
readonly PURPOSES=(uid patient-id date-shift accession-number documented/id)
readonly ORIGINALS=('' '4711' '1.2.840.113619.2.55.3.604688119.971.1448356711.338' 'MRN 00-123^Ä' '山田')

hmac_of() {  # key in hex, purpose, original
  printf 'dicomveil/1/%s\0%s' "$2" "$3" \
    | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" -r | cut -d' ' -f1
}

decimal_of() {  # a hex number in limbs of nine decimal digits, least first
  local limbs=(0) carry i digit text
  for ((digit = 0; digit < ${#1}; digit++)); do
    carry=$((16#${1:digit:1}))
    for i in "${!limbs[@]}"; do
      carry=$((limbs[i] * 16 + carry))
      limbs[i]=$((carry % 1000000000))
      carry=$((carry / 1000000000))
    done
    if ((carry)); then limbs+=("$carry"); fi
  done
  text=${limbs[-1]}
  for ((i = ${#limbs[@]} - 2; i >= 0; i--)); do text+=$(printf '%09d' "${limbs[i]}"); done
  printf '%s' "$text"
}

uid_of() {  # 2.25 and a UUID of version 8: RFC 9562 5.8, PS3.5 B.2
  local variant
  variant=$(printf '%x' $((16#${1:16:1} & 3 | 8)))
  printf '2.25.%s' "$(decimal_of "${1:0:12}8${1:13:3}$variant${1:17:15}")"
}

uid_under_root_of() {
  local uid
  uid=1.2.826.0.1.3680043.8.498.$(decimal_of "$1")
  printf '%s' "${uid:0:64}"
}

identifier_of() {  # Crockford's alphabet in place of RFC 4648's
  printf '%b' "$(sed 's/../\\x&/g' <<<"${1:0:20}")" | base32 \
    | tr 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567' '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
}

days_of() {  # 1 to 3650 days into the past
  local remainder=0 at
  for ((at = 0; at < 16; at++)); do
    remainder=$(((remainder * 16 + 16#${1:at:1}) % 3650))
  done
  printf '%s' "-$((remainder + 1))"
}

printf 'key\tpurpose\toriginal\tdigest\tuid\tuid_under_root\tidentifier\tdays\n'
for key in "${KEYS[@]}"; do
  for purpose in "${PURPOSES[@]}"; do
    for original in "${ORIGINALS[@]}"; do
      digest=$(hmac_of "$key" "$purpose" "$original")
      printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$key" "$purpose" "$original" "$digest" "$(uid_of "$digest")" \
        "$(uid_under_root_of "$digest")" "$(identifier_of "$digest")" "$(days_of "$digest")"
    done
  done
done
