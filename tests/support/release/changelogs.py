"""A changelog in its form."""

GOOD = """# Changelog

All notable changes.

## [Unreleased]

## [0.2.0] - 2026-02-05

### Added

- Something.

## [0.1.0] - 2026-01-31

### Added

- Everything.
"""
