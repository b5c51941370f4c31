using LmModel.Audits;

namespace LmService.Tests;

/// <summary>An audit with everything that a report can have.</summary>
internal static class SampleAudit
{
    public static AuditReport Report => new()
    {
        WeightsSha256 = new string('a', 64),
        TrainingText = "ducks.txt",
        TrainingTextSha256 = new string('b', 64),
        HeldOut = "The last 10 % were held out.",
        Quick = false,
        Version = "1.2.3",
        Sections =
        [
            new()
            {
                Name = "membership",
                Title = "Membership inference",
                Protocol = "Passages are compared.",
                Figures =
                [
                    new()
                    {
                        Name = "auc",
                        Meaning = "How well | members are told.",
                        Unit = "AUC",
                        Value = 0.75,
                        Low = 0.5,
                        High = 0.875,
                        Good = "0.5",
                        Bad = "above 0.7",
                        Verdict = AuditVerdict.Between,
                    },
                    new()
                    {
                        Name = "rate",
                        Meaning = "Members found.",
                        Unit = "share",
                        NotApplicable = "Nothing was held out.",
                        Good = "0.01",
                        Bad = "1",
                        Verdict = AuditVerdict.NotApplicable,
                    },
                ],
                Curves =
                [
                    new()
                    {
                        Name = "copies",
                        Meaning = "What is continued.",
                        X = "characters",
                        Y = "copied",
                        Series =
                        [
                            new() { Name = "trained", Points = [new() { X = 10, Y = 3, Low = 2, High = 4 }] },
                            new() { Name = "held out", Points = [new() { X = 10, Y = 2 }, new() { X = 20, Y = 1 }] },
                        ],
                    },
                ],
                Notes = ["Use a guard."],
            },
        ],
    };
}
