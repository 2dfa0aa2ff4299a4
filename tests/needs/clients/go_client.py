"""A program in Go for all tests, built from Debian's sources of the AWS SDK: compiling these takes a minute."""

import fcntl
import functools
import os
import subprocess
from pathlib import Path

from terminals import missing, need

FOLDER = Path(__file__).parents[3] / ".venv" / "go"
"""Where it is built, whichever worker needs it first, and stays."""

SOURCES = Path("/usr/share/gocode")
"""Where Debian keeps the libraries of Go."""

SDK = SOURCES / "src" / "github.com" / "aws" / "aws-sdk-go-v2" / "service" / "sts"

PROGRAM = """
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

var ctx = context.Background()

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func load(options ...func(*config.LoadOptions) error) *sts.Client {
	loaded, err := config.LoadDefaultConfig(ctx, options...)
	check(err)
	return sts.NewFromConfig(loaded)
}

func who(client *sts.Client) string {
	told, err := client.GetCallerIdentity(ctx, nil)
	check(err)
	return *told.Arn
}

func main() {
	if len(os.Args) == 2 && os.Args[1] != "outlive" {
		fmt.Println(who(load(config.WithSharedConfigProfile(os.Args[1]))))
		return
	}
	client := load()
	fmt.Println(who(client))
	if len(os.Args) == 2 {
		keys, err := client.Options().Credentials.Retrieve(ctx)
		check(err)
		for !time.Now().After(keys.Expires.Add(5 * time.Minute)) {
			time.Sleep(100 * time.Millisecond)
		}
		fmt.Println(who(client))
	}
}
"""
"""Tells who it is, with the profile that it is given; with `outlive` once more after the end of its keys.

The SDK's cache gives an end that is five minutes early.
"""


@functools.cache
def build() -> Path:
    """Return the program; skip the test where Go or the SDK is missing."""
    need("go")
    if not SDK.exists():
        missing("golang-github-aws-aws-sdk-go-v2-dev")
    FOLDER.mkdir(parents=True, exist_ok=True)
    source, program = FOLDER / "main.go", FOLDER / "client"
    settings = {
        "GO111MODULE": "off",
        "GOPATH": str(SOURCES),
        "GOPROXY": "off",
        "GOCACHE": str(FOLDER / "cache"),
    }
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        source.write_text(PROGRAM)
        command = ["go", "build", "-o", str(program), str(source)]
        subprocess.run(command, env={**os.environ, **settings}, check=True, cwd=FOLDER)
    return program
