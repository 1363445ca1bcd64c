using System.Globalization;
using System.Threading.RateLimiting;
using KernelGen.Audio;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace KernelGen.Extensions.AspNetCore;

/// <summary>Answers clients of OpenAI: a file comes in a form, its text goes back.</summary>
internal sealed class TranscriptionService(SpeechToText speech, IOptions<OpenAITranscriptionOptions> options, ServiceLimits limits, ApiKeys keys) : IDisposable
{
    private const int ReadAtATime = 1 << 16;

    private static readonly string[] Formats = ["json", "text", "srt", "verbose_json", "vtt"];

    private readonly OpenAITranscriptionOptions _options = options.Value;
    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.Files, QueueLimit = options.Value.Capacity });

    /// <summary>Answers <c>POST /v1/audio/transcriptions</c>, or <c>/v1/audio/translations</c>.</summary>
    public async Task<IResult> AnswerAsync(HttpContext context, TranscriptionTask task)
    {
        if (!keys.Admit(context))
        {
            return Refuse(StatusCodes.Status401Unauthorized, "Send a key of this service as Authorization: Bearer.");
        }

        // What waits has not been read yet.
        using RateLimitLease place = await _places.AcquireAsync(permitCount: 1, context.RequestAborted).ConfigureAwait(false);
        if (!place.IsAcquired)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(limits.RetryAfter.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            return Refuse(StatusCodes.Status429TooManyRequests, "More files are waiting than the service takes on. Try again later.");
        }

        return await TranscribeAsync(context, task).ConfigureAwait(false);
    }

    public void Dispose() => _places.Dispose();

    /// <summary>An answer that says what is wrong, where clients look for it.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="message">What is wrong.</param>
    /// <param name="parameter">The field at fault, where it is one.</param>
    private static IResult Refuse(int status, string message, string? parameter = null) => TypedResults.Json(
        new ErrorAnswer(new ErrorMessage(message, status == StatusCodes.Status429TooManyRequests ? "rate_limit_error" : "invalid_request_error", parameter, status == StatusCodes.Status401Unauthorized ? "invalid_api_key" : null)),
        OpenAIJson.Default.ErrorAnswer,
        statusCode: status);

    private async Task<IResult> TranscribeAsync(HttpContext context, TranscriptionTask task)
    {
        if (!context.Request.HasFormContentType)
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType, "The body is no form. Send multipart/form-data with a file.");
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (BadHttpRequestException bad)
        {
            return Refuse(bad.StatusCode, bad.Message);
        }
        catch (Exception bad) when (bad is InvalidDataException or IOException)
        {
            return Refuse(StatusCodes.Status400BadRequest, "The form cannot be read.");
        }

        string format = form["response_format"] is [{ Length: > 0 } asked, ..] ? asked : "json";
        if (!Formats.Contains(format))
        {
            return Refuse(StatusCodes.Status400BadRequest, $"response_format is none of {string.Join(", ", Formats)}.", "response_format");
        }

        if (form.Files["file"] is not { } file)
        {
            return Refuse(StatusCodes.Status400BadRequest, "There is no file. Send a WAV or FLAC file as \"file\".", "file");
        }

        double temperature = 0;
        if (form["temperature"] is [{ Length: > 0 } given, ..]
            && !(double.TryParse(given, NumberStyles.Float, CultureInfo.InvariantCulture, out temperature) && temperature is >= 0 and <= 1))
        {
            return Refuse(StatusCodes.Status400BadRequest, "temperature goes from 0 to 1.", "temperature");
        }

        bool withWords = form["timestamp_granularities[]"].Contains("word") || form["timestamp_granularities"].Contains("word");
        var request = new TranscriptionOptions
        {
            Language = form["language"] is [{ Length: > 0 } language, ..] ? language : null,
            InitialPrompt = form["prompt"] is [{ Length: > 0 } prompt, ..] ? prompt : null,
            Task = task,
            Threads = _options.Threads,
            WordTimestamps = withWords,
        };
        if (temperature > 0)
        {
            request = request with { Temperatures = [temperature] };
        }

        CancellationToken aborted = context.RequestAborted;
        try
        {
            float[]? samples = Read(file, TimeSpan.FromMinutes(_options.MaxMinutes), aborted);
            if (samples is null)
            {
                return Refuse(StatusCodes.Status413PayloadTooLarge, $"The sound is longer than {_options.MaxMinutes} minutes.", "file");
            }

            // A file keeps its thread as long as it takes.
            Transcript transcript = await Task.Factory.StartNew(
                () => speech.Transcribe(samples, request, aborted), aborted, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            return Answer(transcript, format, task, withWords);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or NotSupportedException)
        {
            return Refuse(StatusCodes.Status400BadRequest, wrong.Message, "file");
        }
        catch (Exception wrong) when (wrong is ArgumentException or InvalidOperationException)
        {
            return Refuse(StatusCodes.Status400BadRequest, wrong.Message.Split(" (Parameter '")[0]);
        }
    }

    /// <summary>Reads the samples of a file, unless there are too many: a small file may hold much silence.</summary>
    private static float[]? Read(IFormFile file, TimeSpan longest, CancellationToken cancellationToken)
    {
        using AudioReader reader = AudioFile.OpenMono(file.OpenReadStream());
        long most = (long)(longest.TotalSeconds * reader.SampleRate);
        var samples = new List<float[]>();
        long total = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] some = new float[ReadAtATime];
            int count = reader.Read(some);
            if (count == 0)
            {
                break;
            }

            samples.Add(count == some.Length ? some : some[..count]);
            total += count;
            if (total > most)
            {
                return null;
            }
        }

        float[] all = new float[total];
        int place = 0;
        foreach (float[] some in samples)
        {
            some.CopyTo(all, place);
            place += some.Length;
        }

        return all;
    }

    private static IResult Answer(Transcript transcript, string format, TranscriptionTask task, bool withWords) => format switch
    {
        "json" => TypedResults.Json(new TextAnswer(transcript.Text.Trim()), OpenAIJson.Default.TextAnswer),
        "text" => TypedResults.Text(transcript.Text.Trim() + "\n"),
        "srt" => TypedResults.Text(transcript.ToSrt(), "application/x-subrip"),
        "vtt" => TypedResults.Text(transcript.ToVtt(), "text/vtt"),
        "verbose_json" => TypedResults.Json(VerboseAnswer.Of(transcript, task, withWords), OpenAIJson.Default.VerboseAnswer),
        _ => throw new InvalidOperationException($"{format} is no format."),
    };
}
