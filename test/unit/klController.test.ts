import { nextKlCoef } from "../../extension/algorithms/klController";
import { expectClose } from "../support/expectClose";

describe("klController", () => {
  it("nextKlCoef() follows the known sequence of observed KLs", () => {
    // Source: by hand from Ziegler et al. 2019, §2.2; each value goes on from the one before.
    const known = [
      [0, 0.148464],
      [3, 0.146944],
      [6, 0.146944],
      [6.6, 0.147696],
      [12, 0.149208],
      [30, 0.150736],
    ];
    let klCoef = 0.15;
    for (const [observedKl, expected] of known) {
      klCoef = nextKlCoef({ klCoef, observedKl, target: 6, horizon: 10_000, episodes: 512 });
      expectClose(klCoef, expected, 1e-6);
    }
  });
  it("nextKlCoef() gives the example of its description", () => {
    const input = { klCoef: 0.15, observedKl: 6.6, target: 6, horizon: 10_000, episodes: 512 };
    expectClose(nextKlCoef(input), 0.150768, 1e-9);
  });
});
