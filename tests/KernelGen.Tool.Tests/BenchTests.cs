using System.Text.Json;

namespace KernelGen.Tool.Tests;

public class BenchTests
{
    [Fact]
    public void Each_batch_is_measured_against_the_machine()
    {
        ToolRun run = ToolRun.Of("bench", ToolRun.Weights("bart"), "--set", "Heads=3", "--seconds", "1", "--max-length", "4", "--source-length", "100", "--precision", "int8", "--json");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("int8", run.Json.GetProperty("precision").GetString());
        Assert.True(run.Json.GetProperty("gigaflopsPerSecond").GetDouble() > 0);
        Assert.Contains(run.Json.GetProperty("gigabytesPerSecond").EnumerateArray(), static level => level.GetProperty("level").GetString() == "memory");
        JsonElement[] speeds = [.. run.Json.GetProperty("speeds").EnumerateArray()];
        Assert.Equal([1, 32], speeds.Select(static speed => speed.GetProperty("batch").GetInt32()));
        Assert.All(speeds, static speed =>
        {
            Assert.Equal(64, speed.GetProperty("sourceLength").GetInt32());
            int batch = speed.GetProperty("batch").GetInt32();
            Assert.InRange(speed.GetProperty("generatedTokens").GetInt32(), batch, 4 * batch);
            Assert.True(speed.GetProperty("millisecondsPerSentence").GetDouble() > 0);
            Assert.True(speed.GetProperty("percentOfLimit").GetDouble() > 0);
        });
    }

    [Fact]
    public void Encoder_and_decoder_of_a_model_of_speech_are_measured_against_the_machine()
    {
        ToolRun run = ToolRun.Of(["bench", "--seconds", "1", "--max-length", "4", "--source-length", "20", "--json", .. ToolRun.Speech]);

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(JsonValueKind.Null, run.Json.GetProperty("speeds").ValueKind);
        JsonElement speech = run.Json.GetProperty("speech");
        Assert.Equal(20, speech.GetProperty("positions").GetInt32());
        Assert.InRange(speech.GetProperty("generatedTokens").GetInt32(), 1, 4);
        foreach (string stage in new[] { "encoder", "token" })
        {
            Assert.True(speech.GetProperty(stage).GetProperty("milliseconds").GetDouble() > 0);
            Assert.True(speech.GetProperty(stage).GetProperty("percentOfLimit").GetDouble() > 0);
        }
    }

    [Fact]
    public void Numbers_that_make_no_sense_are_refused() =>
        ToolRun.Of("bench", ToolRun.Weights("bart"), "--seconds", "0").AssertRefused("--seconds is 0");
}
