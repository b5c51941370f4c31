# The images are exact versions, so that the same commit builds the same image. A digest is stricter still:
# docker buildx imagetools inspect mcr.microsoft.com/dotnet/aspnet:10.0.12 prints it, to be appended as @sha256:…
FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /source

# What restore reads, and nothing else: the layer with the packages lasts until one of these files changes.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/LmModel/LmModel.csproj src/LmModel/packages.lock.json src/LmModel/
COPY src/LmApi/LmApi.csproj src/LmApi/packages.lock.json src/LmApi/
RUN dotnet restore src/LmApi --locked-mode

COPY .editorconfig ./
COPY src/LmModel/ src/LmModel/
COPY src/LmApi/ src/LmApi/
# libtorch is nearly all of the bytes, and only Inference:Engine=torch loads it: --build-arg TORCH=true keeps it. Apart, it makes
# a layer that stays, for it changes only with TorchSharp.
ARG TORCH=false
RUN dotnet publish src/LmApi -c Release --no-restore -o /app \
    && mkdir /natives \
    && if [ "$TORCH" = true ]; then mv /app/runtimes /natives/; else rm -r /app/runtimes; fi

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12
WORKDIR /app
COPY --from=build /natives/ ./
# Not inside /app, so that a volume mounted at /models takes its place.
COPY models/ /models/
COPY --from=build /app/ ./

ENV Model__Path=/models/fairy-tales

USER $APP_UID
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 CMD ["dotnet", "LmApi.dll", "--health"]
ENTRYPOINT ["dotnet", "LmApi.dll"]
