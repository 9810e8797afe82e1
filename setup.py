# pyproject.toml describes the package; this file is for tools that still look for setup.py.
from setuptools import setup

setup()
