# Made once with Python 3.11, segregation 2.5.4, esda 2.9.0, libpysal:  python indices.py > indices.json
# Input: a 6 x 5 grid of units with three groups by a fixed rule; rook contiguity, row-standardised.
import json
import geopandas as gpd
import libpysal
from esda.moran import Moran
from segregation.multigroup import MultiDissim, MultiInfoTheory, MultiNormExposure
from segregation.singlegroup import Dissim, Gini, Isolation, Interaction
from shapely.geometry import box

N_COLS, N_ROWS = 6, 5
rows, geometry = [], []
for r in range(N_ROWS):
    for c in range(N_COLS):
        rows.append([(37 * r + 91 * c + 13 * r * c) % 101 + 5, (53 * r * r + 29 * c) % 89 + 2, (17 * r + 71 * c * c) % 67])
        geometry.append(box(c, r, c + 1, r + 1))
frame = gpd.GeoDataFrame(rows, columns=list("abc"), geometry=geometry, crs=28992)
frame["t"] = frame[list("abc")].sum(axis=1)
weights = libpysal.weights.lat2W(N_ROWS, N_COLS, rook=True)
weights.transform = "r"
groups = list("abc")
golden = {
    "counts": rows,
    "n_cols": N_COLS,
    "dissimilarity": Dissim(frame, "a", "t").statistic,
    "gini_segregation": Gini(frame, "a", "t").statistic,
    "isolation": Isolation(frame, "a", "t").statistic,
    "interaction": Interaction(frame, "a", "t").statistic,
    "dissimilarity_multi": MultiDissim(frame, groups).statistic,
    "theil_h": MultiInfoTheory(frame, groups).statistic,
    "normalised_exposure": MultiNormExposure(frame, groups).statistic,
    "moran_i": Moran((frame["a"] / frame["t"]).to_numpy(), weights, permutations=0).I,
}
print(json.dumps(golden, default=float))
