using LmApi.Access;
using LmApi.Completion;
using LmApi.Explanation;
using LmApi.Generation;
using LmApi.Health;
using LmApi.Infrastructure;
using LmApi.Infrastructure.OpenApi;
using LmApi.Infrastructure.Problems;
using LmApi.Models;
using LmApi.Observability;
using LmApi.Ollama;
using LmApi.OpenAi;
using LmApi.OpenAi.Chat;
using LmApi.OpenAi.Completions;
using LmApi.OpenAi.Responses;
using LmApi.Page;
using LmApi.Scoring;
using LmApi.Tgi;
using LmApi.Units;

return HealthProbe.IsAskedFor(args)
    ? await HealthProbe.RunAsync(args)
    : await Startup.RunAsync(args, builder =>
    {
        builder.AddLogs();
        builder.AddTelemetry();
        builder.AddLifecycle();
        builder.AddHttpServer();
        builder.AddAccess();
        builder.AddModel();
        builder.AddGeneration();
        builder.AddScoring();
        builder.AddCompletion();
        builder.AddExplanation();
        builder.AddUnits();
        builder.AddOpenAi();
        builder.AddOpenAiCompletions();
        builder.AddOpenAiChat();
        builder.AddOpenAiResponses();
        builder.AddOllama();
        builder.AddTgi();
        builder.AddApiDocument();

        var app = builder.Build();
        app.UseRequestLogs();
        app.UseSecurityHeaders();
        app.UseOrigins();
        app.UseHead();
        app.UseMiddleware<ProblemMiddleware>();
        app.UseRouting();
        app.UseAccess();

        app.MapGeneration();
        app.MapScoring();
        app.MapCompletion();
        app.MapExplanation();
        app.MapUnits();
        app.MapOpenAiModels();
        app.MapOpenAiCompletions();
        app.MapOpenAiChat();
        app.MapOpenAiResponses();
        app.MapOpenAiEmbeddings();
        app.MapOllama();
        app.MapTgi();
        app.MapModel();
        app.MapTraining();
        app.MapAudit();
        app.MapTokenizer();
        app.MapHealth();
        app.MapMetrics();
        app.MapApiDocument();
        app.MapPage();
        return app;
    },
    Logs.WithoutService);
