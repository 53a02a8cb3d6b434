import type { DemonstrationTextKey } from "../protocol/demonstrationMessages";
import { t } from "./text";

/** The texts of the demonstrations page, which has no translations of its own. */
export function demonstrationTexts(): Readonly<Record<DemonstrationTextKey, string>> {
  return {
    ...headTexts(),
    ...kindTexts(),
    ...fieldTexts(),
    ...buttonTexts(),
    ...listTexts(),
    ...useCaseTexts(),
  };
}

function headTexts() {
  return {
    title: t("Demonstrations"),
    inFile: t("{0} in {1}, written by {2}"),
    openText: t("Open as Text"),
    undo: t("Undo Last Change"),
    undoHint: t("Takes back the last submission, replacement or deletion"),
    drafts: t("Drafts"),
    draftOfLine: t("line {0}"),
    untitled: t("(nothing written yet)"),
  };
}

function kindTexts() {
  return {
    kind: t("The prompt"),
    given: t("Given"),
    plain: t("Plain"),
    fewShot: t("Few-shot"),
    userBased: t("User-based"),
    givenHint: t("One of the project's prompts that you have not demonstrated yet."),
    plainHint: t("A task of your own choice; the more varied, the better."),
    fewShotHint: t(
      "An instruction with several queries and responses; each becomes an example behind the others.",
    ),
    userBasedHint: t("A prompt such as people with this use case would write."),
    place: t("Prompt {0} of {1}; demonstrated by you: {2}"),
  };
}

function fieldTexts() {
  return {
    prompt: t("Prompt"),
    instruction: t("Instruction"),
    ownPrompt: t("Your prompt"),
    useCase: t("Use case"),
    chooseUseCase: t("(choose one)"),
    response: t("The ideal response"),
    responseHint: t("What you would want the model to answer, in every word"),
    pairs: t("Queries and responses"),
    pair: t("Pair {0}"),
    query: t("Query {0}"),
    pairResponse: t("Response {0}"),
    preview: t("What the model reads in the first of {0} examples"),
    editedFrom: t("Began as the answer of {0}; that is kept in the record."),
    editingLine: t("Line {0} of the file is replaced when you submit."),
    tokens: t("Prompt: {0} of {1} tokens. Response: {2}. Together: {3} of {4}."),
    characters: t("Prompt: {0} characters. Response: {1} characters, {2} words."),
    noTokenizer: t("There is no tokenizer yet, so tokens are not counted: pretraining makes one."),
    promptTooLong: t("Training leaves it out: the prompt is longer than data.maxPromptTokens."),
    noRoom: t("Training leaves it out: prompt and response are longer than the model's context."),
  };
}

function buttonTexts() {
  return {
    previous: t("Previous"),
    next: t("Next"),
    addPair: t("Add a Pair"),
    removePair: t("Remove Pair {0}"),
    answer: t("Start from a Model's Answer"),
    answering: t("{0} is answering…"),
    stop: t("Stop"),
    submit: t("Submit"),
    replace: t("Replace Line {0}"),
    saveDraft: t("Save Draft"),
    discard: t("Discard"),
    keepAsNew: t("Keep as New"),
    deleteLine: t("Delete Line {0}"),
  };
}

function listTexts() {
  return {
    list: t("In the file"),
    search: t("Search prompts, responses and authors"),
    problemsOnly: t("Only lines with problems ({0})"),
    found: t("Found: {0}"),
    empty: t("There are no demonstrations yet. The first one you submit makes the file."),
    noneFound: t("Nothing matches."),
    newer: t("Newer"),
    older: t("Older"),
    pageOf: t("Page {0} of {1}"),
    edit: t("Edit"),
    lineOf: t("Line {0}"),
    by: t("by {0}"),
  };
}

function useCaseTexts() {
  return {
    useCaseGeneration: t("Generation"),
    useCaseOpenQa: t("Open question"),
    useCaseBrainstorming: t("Brainstorming"),
    useCaseChat: t("Chat"),
    useCaseRewrite: t("Rewriting"),
    useCaseSummarization: t("Summarization"),
    useCaseClassification: t("Classification"),
    useCaseOther: t("Other"),
    useCaseClosedQa: t("Closed question"),
    useCaseExtract: t("Extraction"),
  };
}
