"""Workbooks as cells, read in a process of their own under limits: a hostile file ends that process and nothing else.

It knows no contract and imports little, because it runs where what a stranger's file may do matters: `server` is that
process, `signature` says what a file is, `container` judges a zip while it inflates it, `workbook` reads cells. The
platform's side is `jobs.sources.guard`.
"""
