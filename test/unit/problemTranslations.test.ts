import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { importRecords } from "../../extension/data/importRecords";
import { parseItems } from "../../extension/data/labels";
import { parseRecords } from "../../extension/data/parseRecords";
import { problemTranslator } from "../../extension/host/problemTexts";
import { chosenAtRandom, chosenByUncertainty } from "../../extension/protocol/assignmentFormat";
import { isProblem } from "../../extension/protocol/problem";
import { parseSetting, resolveConfig } from "../../extension/protocol/resolveConfig";
import { problemTemplates, problemsIn, sourceTexts, translateProblem } from "../support/problemTemplates";

const places = (text: string): string => [...text.matchAll(/\{\d\}/g)].map(String).sort().join();
const inEnglish = (template: string, values: readonly string[]): string =>
  template.replace(/\{(\d)\}/g, (_, place: string) => values[Number(place)]);

describe("translations of problems", () => {
  for (const language of readdirSync(join(process.cwd(), "media/l10n"))) {
    const texts = problemsIn(language);

    it(`every sentence of a problem in the sources has its ${language}, and none is stale`, () => {
      const templates = problemTemplates();
      assert.ok(templates.length > 300, "the sentences are not found any more");
      const missing = templates.filter(({ text }) => !texts.has(text));
      assert.deepEqual(
        missing.map(({ file, text }) => `${file}: ${text}`),
        [],
      );
      const used = new Set(sourceTexts().map(({ text }) => text));
      assert.deepEqual(
        [...texts.keys()].filter((text) => !used.has(text)),
        [],
        "stale",
      );
    });

    it(`${language} says something of its own about problems, with the same places for values`, () => {
      for (const [text, translated] of texts) {
        assert.equal(places(translated), places(text), text);
        assert.ok(translated.trim() !== "" && translated !== text, text);
      }
    });
  }

  it("no template has two values with nothing between them, because where the first ends could not be told", () => {
    assert.deepEqual(
      problemTemplates().filter(({ text }) => /\}\{/.test(text)),
      [],
    );
  });
});

describe("problems in Korean", () => {
  const korean = translateProblem("ko");

  it("why auto took a backend, and what to do when memory is at its end", () => {
    assert.equal(
      korean("a training step takes 14 ms, and 64.7 ms on tensorflow"),
      "학습 스텝 한 번에 14ms 걸림(tensorflow에서는 64.7ms)",
    );
    assert.equal(
      korean("tensorflow cannot be used: TensorFlow is not set up; `rlhf setup-native` does it"),
      "tensorflow를 쓸 수 없음: TensorFlow가 아직 설정되지 않았습니다. `rlhf setup-native`로 설정하세요",
    );
    assert.equal(
      korean(
        "The run goes on with the backend it began with alone, and the backend tensorflow does not work here: TensorFlow is not set up; `rlhf setup-native` does it. When that is mended, go on with rlhf resume sft-x, or branch from its last checkpoint on another backend: rlhf branch sft-x@last --backend wasm",
      ),
      "실행은 시작할 때의 백엔드로만 이어 갈 수 있는데, 백엔드 tensorflow은(는) 여기서 작동하지 않습니다: TensorFlow가 아직 설정되지 않았습니다. `rlhf setup-native`로 설정하세요. 고친 뒤 rlhf resume sft-x(으)로 이어 가거나, 마지막 체크포인트에서 다른 백엔드로 분기하세요: rlhf branch sft-x@last --backend wasm",
    );
    assert.equal(
      korean(
        "optimizer step 3 needs more memory than there is for 8 of its 8 sequences at once: sft.microbatch=4 gives the same result in smaller parts (std::bad_alloc); go on with: rlhf resume sft-x --set sft.microbatch=4",
      ),
      "옵티마이저 스텝 3의 배치(시퀀스 8개)를 한 번에 8개씩 계산하기에는 메모리가 부족합니다. sft.microbatch=4(으)로 더 작게 나누어도 결과는 같습니다(std::bad_alloc). 이어 가려면: rlhf resume sft-x --set sft.microbatch=4",
    );
  });

  it("a setting's value", () => {
    const setting = parseSetting("ppo.klCoef", "much");
    assert.ok("message" in setting);
    assert.equal(
      korean(setting.message),
      'ppo.klCoef에는 0에서 1000 사이의 수이(가) 와야 합니다(현재: "much").',
    );
  });

  it("a rule between settings, alone and behind the file's name", () => {
    const resolved = resolveConfig({ ppo: { minibatch: 48, episodes: 128 } });
    assert.ok(resolved.type === "problems");
    const [{ message }] = resolved.problems;
    const said =
      "ppo.minibatch의 값 48(으)로는 ppo.episodes의 값 128이(가) 나누어떨어지지 않습니다. 예를 들어 32을(를) 쓰세요.";
    assert.equal(korean(message), said);
    assert.equal(korean(`/p/rlhf.json: ${message}`), `/p/rlhf.json: ${said}`);
    assert.equal(
      korean("/p/rlhf.json: The config must be an object { … }."),
      "/p/rlhf.json: 설정은 { … } 형태의 객체여야 합니다.",
    );
  });

  it("a record's field, with the file and the line", () => {
    const [problem] = parseRecords("prompts", '{"id": 3, "text": "a"}\n', "data/prompts.jsonl").problems;
    assert.equal(
      korean(problem.message),
      'data/prompts.jsonl, 1번째 줄: "id"에는 비어 있지 않은 텍스트이(가) 와야 합니다(현재: 3).',
    );
  });

  it("a line that is no JSON, and one that is cut off", () => {
    const of = (text: string): string =>
      korean(parseRecords("prompts", text, "data/p.jsonl").problems[0].message);
    assert.equal(of("{b}\n"), 'data/p.jsonl, 1번째 줄: 올바른 JSON이 아닙니다(2번째 칸: 예상하지 못한 "b").');
    assert.equal(
      of('{"id":"a","te'),
      "data/p.jsonl, 1번째 줄: 올바른 JSON이 아닙니다(11번째 칸: 닫히지 않은 텍스트이거나, 이스케이프해야 할 문자가 들어 있음). 파일이 중간에 잘린 것 같습니다. 다시 복사하거나 이 줄을 지우세요.",
    );
  });

  it("an item to rank, and why a row is not imported", () => {
    const items = parseItems('{"id":"a","prompt":"p","responses":[]}\n', "labels/b.items.jsonl");
    assert.ok(isProblem(items));
    assert.match(korean(items.message), /^labels\/b\.items\.jsonl, 1번째 줄: .*[가-힣]/);
    const bytes = new TextEncoder().encode("prompt,response\na,b,c\nd,e\n");
    const imported = importRecords({ name: "t.csv", bytes }, "auto");
    assert.ok(!isProblem(imported));
    assert.equal(imported.refused.length, 1);
    assert.equal(
      korean(imported.refused[0].reason),
      "이 행에는 칸이 3개 있는데 첫 행에는 이름이 2개뿐입니다",
    );
    assert.equal(korean(imported.format), "응답이 딸린 프롬프트");
  });

  it("why an item was chosen, which is no problem but stands in a file in English too", () => {
    assert.equal(korean(chosenAtRandom), "무작위로 뽑음");
    assert.equal(
      korean(chosenByUncertainty(0.456)),
      "보상 모델이 확신하지 못함(순위를 매기면 0.46내트의 정보가 더해짐)",
    );
    assert.equal(korean("my own reason"), "my own reason");
  });

  it("several lines, several sentences, and a sentence inside another", () => {
    assert.equal(
      korean("a.json is missing.\nstack\nb.json is empty."),
      "a.json이(가) 없습니다.\nstack\nb.json이(가) 비어 있습니다.",
    );
    assert.equal(
      korean("seed must be text, but is 1. model.heads must be a list of texts, but is 2."),
      "seed에는 텍스트이(가) 와야 합니다(현재: 1). model.heads에는 텍스트 목록이(가) 와야 합니다(현재: 2).",
    );
    assert.equal(
      korean(
        "The run ppo-1 failed: Cannot write /d/metrics.jsonl: the disk is full: free some space and resume.",
      ),
      "실행 ppo-1 실패: /d/metrics.jsonl에 쓸 수 없습니다: 디스크가 가득 찼습니다. 공간을 비우고 재개하세요.",
    );
  });

  it("keeps what it does not know", () => {
    for (const text of ["", "\n", "socket hang up", "프로젝트가 없습니다.", "a: b", "x. y. z."])
      assert.equal(korean(text), text);
    assert.equal(problemTranslator([], inEnglish)("a.json is missing."), "a.json is missing.");
  });

  it("gives values by their numbers, in whatever order a template has them", () => {
    const translate = problemTranslator(["{1} of {0} is gone."], (_, values) => values.join("|"));
    assert.equal(translate("one of two is gone."), "two|one");
  });

  it("takes the most specific template, whatever their order", () => {
    const templates = ["{0} is missing.", "{0} is no model folder: {1} is missing."];
    for (const order of [templates, [...templates].reverse()]) {
      const translate = problemTranslator(
        order,
        (template, values) => `${template.length}|${values.join("|")}`,
      );
      assert.equal(translate("m is no model folder: w is missing."), `${templates[1].length}|m|w`);
    }
  });
});
