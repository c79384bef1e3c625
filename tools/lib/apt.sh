#!/bin/bash
# apt with a configuration of its own: the system's packages and lists stay as
# they are. Commands that download a package include this file. They set TOOL, the
# name of the command for messages.

readonly KEYS=/usr/share/keyrings/debian-archive-keyring.gpg

# Prints the address of the mirror that the system uses; nothing if there is none.
apt_mirror()
{
    cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -o -m 1 -E 'https?://[^ ]+/debian/?( |$)' | head -n 1
}

# apt_prepare FOLDER SUITE TYPES: from now on, apt-get works in FOLDER, with the
# packages (TYPES `deb`) or sources (`deb-src`) of that suite of Debian, which it
# verifies with the keys of debian-archive-keyring.
apt_prepare()
{
    local mirror
    mirror=$(apt_mirror)
    if [[ ! $mirror ]]; then
        echo "$TOOL: no mirror of Debian in /etc/apt; add one to" \
            "/etc/apt/sources.list" >&2
        return 2
    fi
    mkdir -p "$1"/{lists/partial,archives/partial,sources,files}
    : >"$1/status"
    cat >"$1/sources/$2.sources" <<END
Types: $3
URIs: $mirror
Suites: $2
Components: main
Signed-By: $KEYS
END
    cat >"$1/apt.conf" <<END
Dir::State "$1";
Dir::State::status "$1/status";
Dir::Cache "$1";
Dir::Etc::SourceList "/dev/null";
Dir::Etc::SourceParts "$1/sources";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
    export APT_CONFIG=$1/apt.conf
}

# Prints why apt failed, from its log $1.
apt_reason()
{
    grep -m 1 -E '^(E|Err)[: ]' "$1" || tail -n 1 "$1"
}
