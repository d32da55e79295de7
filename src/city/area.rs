//! Areas: sets of cells of the social grid, how they are written, and what lies in them.
//!
//! An area is written as a list of names ([`Area::Places`]): codes of neighbourhoods, which stand for all of their cells, and
//! squares of 100 m ([`Squares`]). For a city, its [`Cadastre`] turns the names into an [`Extent`], a set of cells, and back into
//! the shortest list of names: whole neighbourhoods by their code, the rest as rectangles.
//!
//! What a measure does in a part of a neighbourhood follows from two questions: does it cover a cell ([`Extent::covers`]),
//! and what share of a neighbourhood does it hold ([`Cadastre::share_of`]), by homes or by land ([`Stock`]).
//!
//! Limits: homes are those that the city was built with, so shares do not follow what is built later; residents of a cell are
//! taken as its share of the neighbourhood's homes. Of cells that are all water none is part of an area, unless its
//! neighbourhood has nothing else.

use std::sync::Arc;

use super::{City, Cover, Marginals, NO_NEIGHBOURHOOD, SOCIAL_CELL_M};
use crate::gis::GridRef;
use crate::sim::Area;

/// Squares of the national grid: those from a south-west to a north-east one, in hectometres, both included.
///
/// A single one is written as Statistics Netherlands names its squares of 100 m: `E0204N5412` has its south-west corner at
/// x = 20,400 m and y = 541,200 m (CBS, *Statistische gegevens per vierkant*, 2023, chapter 3). A rectangle of them is
/// `E0204N5412..E0207N5414`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Squares {
    /// West and south of the first.
    pub from: [u32; 2],
    /// West and south of the last.
    pub to: [u32; 2],
}

impl Squares {
    /// Reads a name; `None` if it is not one of squares, but of a neighbourhood.
    ///
    /// # Errors
    /// If it is a rectangle of which an end is no square, or that runs backwards.
    pub fn parse(name: &str) -> Option<Result<Squares, String>> {
        let Some((from, to)) = name.split_once("..") else {
            return square(name).map(|at| Ok(Squares { from: at, to: at }));
        };
        Some(match (square(from.trim()), square(to.trim())) {
            (Some(from), Some(to)) if from[0] <= to[0] && from[1] <= to[1] => Ok(Squares { from, to }),
            (Some(from), Some(to)) => {
                let low: [u32; 2] = std::array::from_fn(|i| from[i].min(to[i]));
                let high: [u32; 2] = std::array::from_fn(|i| from[i].max(to[i]));
                let meant = Squares { from: low, to: high };
                Err(format!("`{name}` runs backwards: the south-west square comes first, as in `{meant}`"))
            }
            _ => Err(format!("`{name}` is no rectangle of squares, such as `E0204N5412..E0207N5414`")),
        })
    }
}

/// West and south of the square called `name`, hectometres.
fn square(name: &str) -> Option<[u32; 2]> {
    let (east, north) = name.strip_prefix('E')?.split_once('N')?;
    let number = |text: &str| {
        let is_number = (3..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if is_number { text.parse().ok() } else { None }
    };
    Some([number(east)?, number(north)?])
}

impl std::fmt::Display for Squares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Squares { from: [east, north], to } = self;
        write!(f, "E{east:04}N{north:04}")?;
        if to != &self.from {
            write!(f, "..E{:04}N{:04}", to[0], to[1])?;
        }
        Ok(())
    }
}

/// By what a share of a neighbourhood is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stock {
    /// Homes.
    Homes,
    /// Land: pixels that are not water.
    Land,
}

/// What a city's cells hold, as far as areas ask.
#[derive(Debug, Clone, PartialEq)]
pub struct Cadastre {
    /// Name of the city.
    pub city: String,
    /// Codes of the neighbourhoods.
    pub codes: Vec<String>,
    /// Their head counts at the start.
    pub marginals: Vec<Marginals>,
    grid: GridRef,
    /// The neighbourhood of each cell that can be part of an area; of others [`NO_NEIGHBOURHOOD`].
    neighbourhood_of_cell: Vec<u16>,
    /// By [`Stock`], then by cell.
    stock: [Vec<u32>; 2],
    /// By [`Stock`], then by neighbourhood.
    in_all: [Vec<f64>; 2],
    /// Cells of each neighbourhood, ascending.
    cells: Vec<Vec<u32>>,
    /// All of the city.
    everywhere: Extent,
}

/// A set of cells of a city.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extent {
    /// Cells, ascending.
    cells: Vec<u32>,
    /// The neighbourhoods in which they lie, ascending; true if all of it.
    touched: Vec<(usize, bool)>,
}

impl Extent {
    /// True if `cell` lies in it.
    pub fn covers(&self, cell: u32) -> bool {
        self.cells.binary_search(&cell).is_ok()
    }

    /// Its cells, ascending.
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// The neighbourhoods in which it lies, ascending; true for those that it holds as a whole.
    pub fn neighbourhoods(&self) -> &[(usize, bool)] {
        &self.touched
    }

    /// True if it holds neighbourhood `n` as a whole.
    pub fn holds(&self, n: usize) -> bool {
        self.touched.binary_search(&(n, true)).is_ok()
    }

    /// True if it has no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// True if it has a cell in common with `other`.
    pub fn meets(&self, other: &Extent) -> bool {
        let (few, many) = if self.cells.len() < other.cells.len() { (self, other) } else { (other, self) };
        few.cells.iter().any(|cell| many.covers(*cell))
    }
}

impl Cadastre {
    /// Of `city`.
    pub fn of(city: &City) -> Arc<Cadastre> {
        let (grid, k) = (city.grid, city.ground.k);
        let mut stock = [vec![0; grid.len()], vec![0; grid.len()]];
        city.dwellings.iter().for_each(|d| stock[Stock::Homes as usize][d.cell as usize] += 1);
        let fine = &city.ground.cover.grid;
        for (pixel, _) in city.ground.cover.values.iter().enumerate().filter(|(_, cover)| **cover != Cover::Water) {
            let (col, row) = fine.col_row(pixel);
            stock[Stock::Land as usize][grid.idx(col / k, row / k)] += 1;
        }
        let codes = city.neighbourhoods.iter().map(|n| n.code.clone()).collect();
        let marginals = city.neighbourhoods.iter().map(|n| n.marginals.clone()).collect();
        Cadastre::new(city.name.clone(), codes, marginals, grid, city.neighbourhood_of_cell.clone(), stock)
    }

    fn new(
        city: String,
        codes: Vec<String>,
        marginals: Vec<Marginals>,
        grid: GridRef,
        neighbourhood_of_cell: Vec<u16>,
        stock: [Vec<u32>; 2],
    ) -> Arc<Cadastre> {
        let (mut land, mut all) = (vec![Vec::new(); codes.len()], vec![Vec::new(); codes.len()]);
        for (cell, n) in neighbourhood_of_cell.into_iter().enumerate() {
            let Some(of) = all.get_mut(usize::from(n)) else { continue };
            of.push(cell as u32);
            if stock[Stock::Land as usize][cell] > 0 {
                land[usize::from(n)].push(cell as u32);
            }
        }
        let cells: Vec<Vec<u32>> = land.into_iter().zip(all).map(|(l, a)| if l.is_empty() { a } else { l }).collect();
        let sum = |of: &Vec<u32>| -> Vec<f64> {
            cells.iter().map(|cells| cells.iter().map(|&c| f64::from(of[c as usize])).sum()).collect()
        };
        let in_all = [sum(&stock[0]), sum(&stock[1])];
        let mut neighbourhood_of_cell = vec![NO_NEIGHBOURHOOD; grid.len()];
        for (n, cells) in cells.iter().enumerate() {
            cells.iter().for_each(|cell| neighbourhood_of_cell[*cell as usize] = n as u16);
        }
        let mut everywhere = Extent { cells: cells.concat(), touched: (0..cells.len()).map(|n| (n, true)).collect() };
        everywhere.cells.sort_unstable();
        Arc::new(Cadastre { city, codes, marginals, grid, neighbourhood_of_cell, stock, in_all, cells, everywhere })
    }

    /// Neighbourhoods called `codes`, each of four cells in a column of which the first has no home, the others one, two and three.
    #[cfg(test)]
    pub fn for_test(codes: &[&str]) -> Arc<Cadastre> {
        let n = codes.len();
        let grid = GridRef { west_m: 0.0, north_m: 400.0, cell_m: SOCIAL_CELL_M, n_cols: n, n_rows: 4 };
        let of_cell = (0..4 * n).map(|cell| (cell % n) as u16).collect();
        let stock = [(0..4 * n).map(|cell| (cell / n) as u32).collect(), vec![25; 4 * n]];
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        Cadastre::new("Test".into(), codes, vec![Marginals::default(); n], grid, of_cell, stock)
    }

    /// Number of neighbourhoods.
    pub fn n(&self) -> usize {
        self.codes.len()
    }

    /// The social grid.
    pub fn grid(&self) -> &GridRef {
        &self.grid
    }

    /// Cells of neighbourhood `n`, ascending.
    pub fn cells(&self, n: usize) -> &[u32] {
        &self.cells[n]
    }

    /// The neighbourhood of `cell`, if it can be part of an area.
    pub fn neighbourhood(&self, cell: u32) -> Option<usize> {
        let n = *self.neighbourhood_of_cell.get(cell as usize)?;
        (n != NO_NEIGHBOURHOOD).then_some(n.into())
    }

    /// True if there is nothing but water in `cell`.
    pub fn is_water(&self, cell: u32) -> bool {
        self.stock[Stock::Land as usize][cell as usize] == 0
    }

    /// How much of `stock` there is in `cell`; where its neighbourhood `n` has none at all, each cell counts as one.
    pub fn weight(&self, stock: Stock, n: usize, cell: u32) -> f64 {
        if self.in_all[stock as usize][n] > 0.0 { f64::from(self.stock[stock as usize][cell as usize]) } else { 1.0 }
    }

    /// The share of neighbourhood `n` that lies in `extent`, 0–1: of its homes or its land, or of its cells if it has none.
    pub fn share_of(&self, extent: &Extent, n: usize, stock: Stock) -> f64 {
        match extent.touched.binary_search_by_key(&n, |t| t.0).map(|at| extent.touched[at].1) {
            Err(_) => 0.0,
            Ok(true) => 1.0,
            Ok(false) => {
                let weigh = |cell: &u32| self.weight(stock, n, *cell);
                let all: f64 = self.cells[n].iter().map(weigh).sum();
                self.cells[n].iter().filter(|cell| extent.covers(**cell)).map(weigh).sum::<f64>() / all
            }
        }
    }

    /// Residents in `extent` at the start: of a part of a neighbourhood, as its share of the homes.
    pub fn residents(&self, extent: &Extent) -> f64 {
        let of =
            |(n, _): &(usize, bool)| f64::from(self.marginals[*n].residents) * self.share_of(extent, *n, Stock::Homes);
        extent.touched.iter().map(of).sum()
    }

    /// The set of `cells`, without those that cannot be part of an area.
    pub fn extent_of(&self, cells: impl IntoIterator<Item = u32>) -> Extent {
        let mut cells: Vec<u32> = cells.into_iter().filter(|cell| self.neighbourhood(*cell).is_some()).collect();
        cells.sort_unstable();
        cells.dedup();
        let mut held = vec![0; self.n()];
        cells.iter().for_each(|cell| held[usize::from(self.neighbourhood_of_cell[*cell as usize])] += 1);
        let touched = held.iter().enumerate().filter(|(_, held)| **held > 0);
        let touched = touched.map(|(n, held)| (n, *held == self.cells[n].len())).collect();
        Extent { cells, touched }
    }

    /// The cells of `area`. Unknown names are passed over: who gives orders has checked them.
    pub fn extent(&self, area: &Area) -> Extent {
        match area {
            Area::City => self.everywhere.clone(),
            Area::Places(names) => {
                let place = |name: &String| -> Vec<u32> {
                    match self.codes.iter().position(|code| code == name) {
                        Some(n) => self.cells[n].clone(),
                        None => match Squares::parse(name) {
                            Some(Ok(squares)) => self.cells_of(squares).collect(),
                            _ => Vec::new(),
                        },
                    }
                };
                self.extent_of(names.iter().flat_map(place))
            }
        }
    }

    /// Cells of the grid whose centre lies in `squares`, inside a neighbourhood or not.
    pub fn cells_of(&self, squares: Squares) -> impl Iterator<Item = u32> + '_ {
        let grid = self.grid;
        let edges = |low_m: f64, n: usize, from: u32, to: u32| {
            let first = ((f64::from(from) * SOCIAL_CELL_M - low_m) / grid.cell_m - 0.5).ceil().max(0.0);
            let end = ((f64::from(to + 1) * SOCIAL_CELL_M - low_m) / grid.cell_m - 0.5).ceil().clamp(0.0, n as f64);
            first as usize..end as usize
        };
        let cols = edges(grid.west_m, grid.n_cols, squares.from[0], squares.to[0]);
        let ups = edges(grid.south_m(), grid.n_rows, squares.from[1], squares.to[1]);
        ups.flat_map(move |up| cols.clone().map(move |col| grid.idx(col, grid.n_rows - 1 - up) as u32))
    }

    /// The square in which the centre of `cell` lies: west and south, hectometres.
    pub fn square(&self, cell: u32) -> [u32; 2] {
        let (x, y) = self.grid.centre(cell as usize);
        [x, y].map(|m| (m / SOCIAL_CELL_M).floor() as u32)
    }

    /// The shortest way to write `extent`: whole neighbourhoods by their code, in order, then rectangles of squares.
    pub fn area(&self, extent: &Extent) -> Area {
        let is_part = |cell: &&u32| self.neighbourhood(**cell).is_some_and(|n| !extent.holds(n));
        let mut rest: Vec<[u32; 2]> = extent.cells.iter().filter(is_part).map(|c| self.square(*c)).collect();
        // Rows from the south, each from the west; then rows of the same width on top of each other are one rectangle.
        rest.sort_unstable_by_key(|[east, north]| (*north, *east));
        let mut rows: Vec<Squares> = Vec::new();
        for at in rest {
            match rows.last_mut() {
                Some(row) if row.to == [at[0].wrapping_sub(1), at[1]] => row.to = at,
                _ => rows.push(Squares { from: at, to: at }),
            }
        }
        let mut blocks: Vec<Squares> = Vec::new();
        for row in rows {
            let below =
                |b: &&mut Squares| b.from[0] == row.from[0] && b.to[0] == row.to[0] && b.to[1] + 1 == row.from[1];
            match blocks.iter_mut().rev().take(1_000).find(below) {
                Some(block) => block.to = row.to,
                None => blocks.push(row),
            }
        }
        blocks.sort_unstable();
        let codes = extent.touched.iter().filter(|t| t.1).map(|t| self.codes[t.0].clone());
        Area::Places(codes.chain(blocks.iter().map(ToString::to_string)).collect())
    }

    /// The neighbourhood around which `area` lies: that of its first place.
    pub fn first(&self, area: &Area) -> Option<usize> {
        let Area::Places(names) = area else { return None };
        let name = names.first()?;
        self.codes.iter().position(|code| code == name).or_else(|| {
            let squares = Squares::parse(name)?.ok()?;
            self.cells_of(squares).find_map(|cell| self.neighbourhood(cell))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::city::generate::{CityConfig, generate};

    /// A town of 4 × 4 neighbourhoods of 6 × 5 cells, from (100,000; 448,000), all land but for these cells.
    fn town(water: &[usize]) -> Arc<Cadastre> {
        let grid = GridRef { west_m: 100_000.0, north_m: 450_000.0, cell_m: 100.0, n_cols: 24, n_rows: 20 };
        let of_cell = (0..grid.len()).map(|i| (i % 24 / 6 + 4 * (i / 24 / 5)) as u16).collect();
        let land = (0..grid.len()).map(|i| if water.contains(&i) { 0 } else { 25 }).collect();
        let codes: Vec<String> = (1..=16).map(|i| format!("TT{i:02}")).collect();
        Cadastre::new("Town".into(), codes, vec![Marginals::default(); 16], grid, of_cell, [vec![1; grid.len()], land])
    }

    #[test]
    fn squares_are_written_as_statistics_netherlands_does() {
        let one = Squares::parse("E0204N5412").unwrap().unwrap();
        assert_eq!((one.from, one.to, one.to_string().as_str()), ([204, 5412], [204, 5412], "E0204N5412"));
        let some = Squares::parse("E0204N5412..E0207N5414").unwrap().unwrap();
        assert_eq!((some.from, some.to), ([204, 5412], [207, 5414]));
        assert_eq!(some.to_string(), "E0204N5412..E0207N5414");
        let backwards = Squares::parse("E0207N5412..E0204N5414").unwrap().unwrap_err();
        assert!(backwards.contains("as in `E0204N5412..E0207N5414`"), "{backwards}");
        assert!(Squares::parse("E0204N5412..VB0102").unwrap().is_err());
        for code in ["VB0102", "BU0363EN01", "EN", "E12N34567890", "E-204N5412", "e0204n5412"] {
            assert_eq!(Squares::parse(code), None, "{code}");
        }
    }

    #[test]
    fn names_come_to_cells_and_cells_to_the_shortest_names() {
        let cadastre = town(&[]);
        let places = |names: &[&str]| Area::Places(names.iter().map(ToString::to_string).collect());
        let there_and_back = |names: &[&str]| cadastre.area(&cadastre.extent(&places(names)));
        // The cell in the north-west is TT01's first: the town is 2,000 m high.
        let corner = cadastre.extent(&places(&["E1000N4499"]));
        assert_eq!((corner.cells(), corner.neighbourhoods()), (&[0][..], &[(0, false)][..]));
        assert!(corner.covers(0) && !corner.covers(1) && !corner.covers(24));
        assert_eq!(there_and_back(&["TT02", "TT01"]), places(&["TT01", "TT02"]));
        // All cells of TT01, and two of TT02's columns.
        assert_eq!(there_and_back(&["E1000N4495..E1007N4499"]), places(&["TT01", "E1006N4495..E1007N4499"]),);
        // A rectangle over the edge of the city, and a square twice.
        assert_eq!(there_and_back(&["E0900N4499..E1001N4600", "E1000N4499"]), places(&["E1000N4499..E1001N4499"]));
        // An L is two rectangles.
        let l = ["E1000N4495..E1003N4495", "E1000N4496..E1001N4498"];
        assert_eq!(there_and_back(&l), places(&l));
        assert_eq!(cadastre.extent(&places(&l)).cells().len(), 4 + 6);
        assert_eq!(cadastre.extent(&Area::City).neighbourhoods(), (0..16).map(|n| (n, true)).collect::<Vec<_>>());
        assert_eq!(cadastre.first(&places(&["E1012N4499..E1013N4499", "TT01"])), Some(2));
    }

    #[test]
    fn a_share_counts_homes_or_land() {
        // A column of four cells with 0, 1, 2 and 3 homes from the north.
        let cadastre = Cadastre::for_test(&["A", "B"]);
        let extent = |names: &[&str]| cadastre.extent(&Area::Places(names.iter().map(ToString::to_string).collect()));
        let last = extent(&["E0001N0000"]);
        assert_eq!(cadastre.share_of(&last, 1, Stock::Homes), 0.5);
        assert_eq!(cadastre.share_of(&last, 1, Stock::Land), 0.25);
        assert_eq!(cadastre.share_of(&last, 0, Stock::Homes), 0.0);
        assert_eq!(cadastre.share_of(&extent(&["B"]), 1, Stock::Homes), 1.0);
        assert!(extent(&["B"]).meets(&last) && !extent(&["A"]).meets(&last));
    }

    /// Water is no part of an area; a neighbourhood whose land is covered is whole.
    #[test]
    fn water_is_left_out() {
        let cadastre = town(&[0, 1]);
        assert!(cadastre.is_water(0) && !cadastre.is_water(2));
        assert_eq!((cadastre.cells(0).len(), cadastre.neighbourhood(0)), (28, None));
        let land = cadastre.extent_of(0..24 * 5);
        assert!(!land.covers(0) && land.neighbourhoods()[0] == (0, true));
    }

    #[test]
    fn a_city_is_all_of_its_homes_and_land() {
        let city = generate(&CityConfig { residents: 3_000, ..CityConfig::default() }, 1).unwrap();
        let cadastre = Cadastre::of(&city);
        let all = cadastre.extent(&Area::City);
        assert!(
            all.neighbourhoods().iter().all(|(n, whole)| *whole && cadastre.share_of(&all, *n, Stock::Homes) == 1.0)
        );
        let homes: u32 = all.cells().iter().map(|cell| cadastre.stock[Stock::Homes as usize][*cell as usize]).sum();
        assert_eq!(homes as usize, city.dwellings.len());
        assert_eq!(cadastre.residents(&all), city.summary().residents as f64);
        let dry = |cell: &usize| {
            let (col, row) = city.grid.col_row(*cell);
            let k = city.ground.k;
            (0..k * k).any(|i| city.ground.cover.at(col * k + i % k, row * k + i / k) != Cover::Water)
        };
        let inside = |cell: &usize| city.neighbourhood_of_cell[*cell] != NO_NEIGHBOURHOOD;
        let land: Vec<u32> = (0..city.grid.len()).filter(inside).filter(dry).map(|cell| cell as u32).collect();
        assert_eq!(all.cells(), land);
    }
}
