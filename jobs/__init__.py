"""Spark and the lake: everything between a source's bytes and a firm's answer."""
