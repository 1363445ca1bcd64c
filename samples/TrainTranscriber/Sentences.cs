namespace KernelGen.Samples.TrainTranscriber;

/// <summary>What is said: numbers, dates and commands, of 63 words.</summary>
internal static class Sentences
{
    private static readonly string[] Digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    private static readonly string[] Teens = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty"];

    private static readonly string[] Months =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

    private static readonly string[] Others =
    [
        "turn", "on", "off", "the", "light", "fan", "heating", "radio", "open", "close", "door", "window", "gate", "play", "stop", "music", "volume", "up", "down",
        "set", "timer", "minutes", "seconds", "wake", "me", "at", "call",
    ];

    private static readonly string[] All = [.. Digits, .. Teens, .. Tens, .. Months, .. Others];

    /// <summary>Every word.</summary>
    public static IReadOnlyList<string> Words => All;

    /// <summary>A sentence that somebody might say.</summary>
    public static string Next(Random random) => random.Next(9) switch
    {
        0 => $"turn {One(random, "on", "off")} the {One(random, "light", "fan", "heating", "radio", "music")}",
        1 => $"{One(random, "open", "close")} the {One(random, "door", "window", "gate")}",
        2 => $"{One(random, "play", "stop")} the {One(random, "music", "radio")}",
        3 => $"volume {(random.Next(3) == 0 ? One(random, "up", "down") : Number(random, 0, 59))}",
        4 => $"set timer {Number(random, 2, 59)} {One(random, "minutes", "seconds")}",
        5 => $"wake me at {Number(random, 1, 12)} {Number(random, 10, 59)}",
        6 => $"{One(random, Months)} {Number(random, 1, 31)}",
        7 => $"call {Several(random, Digits, 3, 5)}",
        _ => Several(random, Digits, 3, 5),
    };

    /// <summary>
    /// A sentence to learn from: one that somebody might say, or words by chance, so that a model hears each word and does not merely guess it. Of single words it learns soon what they sound like; only then
    /// it finds them in sentences.
    /// </summary>
    public static string NextToLearn(Random random) => random.Next(10) switch
    {
        < 3 => One(random, All),
        < 5 => Several(random, All, 2, 5),
        _ => Next(random),
    };

    private static string Number(Random random, int least, int most)
    {
        int number = random.Next(least, most + 1);
        return number < 10 ? Digits[number]
            : number < 20 ? Teens[number - 10]
            : number % 10 == 0 ? Tens[(number / 10) - 2]
            : $"{Tens[(number / 10) - 2]} {Digits[number % 10]}";
    }

    private static string One(Random random, params string[] words) => words[random.Next(words.Length)];

    private static string Several(Random random, string[] words, int fewest, int most) =>
        string.Join(' ', Enumerable.Range(0, random.Next(fewest, most + 1)).Select(_ => words[random.Next(words.Length)]));
}
