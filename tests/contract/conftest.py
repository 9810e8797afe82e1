import sys
from pathlib import Path

# The comparisons stand beside the tests; without this they are found in pytest's default import mode only.
sys.path.insert(0, str(Path(__file__).parent))
