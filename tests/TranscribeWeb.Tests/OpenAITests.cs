using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace KernelGen.Samples.TranscribeWeb.Tests;

/// <summary>What clients of OpenAI call.</summary>
public sealed class OpenAITests(LoadedModel model)
{
    private static readonly byte[] Speech = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "jfk.wav"));

    [Theory]
    [InlineData(null, "application/json", "{\"text\":\"Hello world.")]
    [InlineData("json", "application/json", "{\"text\":\"Hello world.")]
    [InlineData("text", "text/plain", "Hello world.")]
    [InlineData("srt", "application/x-subrip", "1\n00:00:00,000 --> ")]
    [InlineData("vtt", "text/vtt", "WEBVTT\n\n00:00:00.000 --> ")]
    public async Task A_file_is_written_in_the_format_that_is_asked_for(string? format, string type, string beginning)
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using HttpResponseMessage response = await PostAsync(service, Speech, ("model", "whisper-1"), ("language", "en"), ("response_format", format));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(type, response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith(beginning, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_verbose_format_has_segments_and_words()
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using HttpResponseMessage response = await PostAsync(
            service, Speech, ("language", "en"), ("response_format", "verbose_json"), ("timestamp_granularities[]", "word"), ("temperature", "0"));
        JsonElement answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("transcribe", answer.GetProperty("task").GetString());
        Assert.Equal("english", answer.GetProperty("language").GetString());
        Assert.Equal(11, answer.GetProperty("duration").GetDouble(), 0.01);
        JsonElement segment = answer.GetProperty("segments")[0];
        Assert.Equal(
            ["id", "seek", "start", "end", "text", "tokens", "temperature", "avg_logprob", "compression_ratio", "no_speech_prob"],
            segment.EnumerateObject().Select(static property => property.Name));
        Assert.Equal("Hello", answer.GetProperty("words")[0].GetProperty("word").GetString());
    }

    [Theory]
    [InlineData("response_format", "xml", "response_format")]
    [InlineData("temperature", "2", "temperature")]
    [InlineData("temperature", "NaN", "temperature")]
    [InlineData("language", "xx", null)]
    public async Task What_is_wrong_is_told_where_its_clients_look(string field, string value, string? parameter)
    {
        await using RunningService service = await RunningService.StartAsync(model);
        using HttpResponseMessage response = await PostAsync(service, Speech, (field, value));
        await AssertRefusedAsync(response, HttpStatusCode.BadRequest, parameter);
    }

    [Fact]
    public async Task What_is_no_file_of_sound_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync(model, "FileMinutes=1");
        foreach (byte[] file in new byte[][] { [], [1, 2, 3], Speech[..20], "RIFF\0\0\0\0WAVEnonsense"u8.ToArray(), "fLaC"u8.ToArray() })
        {
            using HttpResponseMessage response = await PostAsync(service, file);
            await AssertRefusedAsync(response, HttpStatusCode.BadRequest, "file");
        }

        // Two minutes of silence at 8 kHz.
        byte[] header = [.. "RIFF"u8, .. BitConverter.GetBytes(1_920_036), .. "WAVEfmt "u8, .. BitConverter.GetBytes(16), 1, 0, 1, 0, .. BitConverter.GetBytes(8000), .. BitConverter.GetBytes(16_000), 2, 0, 16, 0, .. "data"u8, .. BitConverter.GetBytes(1_920_000)];
        using HttpResponseMessage tooLong = await PostAsync(service, [.. header, .. new byte[1_920_000]]);
        await AssertRefusedAsync(tooLong, HttpStatusCode.RequestEntityTooLarge, "file");
        using var none = new MultipartFormDataContent { { new StringContent("whisper-1"), "model" } };
        using HttpResponseMessage missing = await service.Client.PostAsync("/v1/audio/transcriptions", none);
        await AssertRefusedAsync(missing, HttpStatusCode.BadRequest, "file");
        using HttpResponseMessage json = await service.Client.PostAsync("/v1/audio/transcriptions", new StringContent("{}", Encoding.UTF8, "application/json"));
        await AssertRefusedAsync(json, HttpStatusCode.UnsupportedMediaType, null);
        using var broken = new ByteArrayContent([1, 2, 3]);
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=y");
        using HttpResponseMessage form = await service.Client.PostAsync("/v1/audio/transcriptions", broken);
        await AssertRefusedAsync(form, HttpStatusCode.BadRequest, null);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_refused()
    {
        await using RunningService service = await RunningService.StartAsync(model, "FileMegabytes=1");
        using HttpResponseMessage response = await PostAsync(service, new byte[1_100_000]);
        await AssertRefusedAsync(response, HttpStatusCode.RequestEntityTooLarge, null);
    }

    [Fact]
    public async Task More_files_than_it_takes_on_are_turned_away()
    {
        await using RunningService service = await RunningService.StartAsync(model, "Files=1", "FileQueue=1");
        Task<HttpResponseMessage>[] all = [.. Enumerable.Range(0, 6).Select(_ => PostAsync(service, Speech, ("language", "en")))];
        HttpResponseMessage[] responses = await Task.WhenAll(all);
        Assert.All(responses, static response => Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests));
        Assert.Contains(responses, static response => response.StatusCode == HttpStatusCode.OK);
        HttpResponseMessage busy = responses.First(static response => response.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(busy.Headers.RetryAfter);
        await AssertRefusedAsync(busy, HttpStatusCode.TooManyRequests, null);
        Array.ForEach(responses, static response => response.Dispose());
    }

    private static async Task<HttpResponseMessage> PostAsync(RunningService service, byte[] file, params (string Name, string? Value)[] fields)
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(file), "file", "sound.wav" } };
        foreach ((string name, string? value) in fields)
        {
            if (value is not null)
            {
                form.Add(new StringContent(value), name);
            }
        }

        // Who sends a large file without asking may find the connection closed before the answer is read.
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/audio/transcriptions") { Content = form };
        request.Headers.ExpectContinue = true;
        return await service.Client.SendAsync(request);
    }

    private static async Task AssertRefusedAsync(HttpResponseMessage response, HttpStatusCode status, string? parameter)
    {
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode}: {body}");
        JsonElement error = JsonDocument.Parse(body).RootElement.GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.Equal(parameter, error.GetProperty("param").GetString());
    }
}
